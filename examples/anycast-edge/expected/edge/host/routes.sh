#!/bin/sh
# Addresses that `dispatch` names are local, as if an interface had them ("AnyIP"): packets to them are for this host.
#
# up: adds what is missing and removes what an earlier policy left behind. down: removes all. Both can be repeated.
# Routes of Sluice are told from others by their protocol number, 83.
set -eu

ipv4='192.0.2.0/24
203.0.113.0/24'
ipv6='2001:db8:2::/47'

# Family, wanted prefixes: routes of Sluice that are not wanted go, wanted ones are there.
apply() {
  ip "-$1" route show table local proto 83 | while read -r _ prefix _; do
    printf '%s\n' "$2" | grep -qxF "$prefix" || printf 'route del local %s dev lo proto 83\n' "$prefix"
  done | ip "-$1" -batch -
  for prefix in $2; do
    printf 'route replace local %s dev lo proto 83\n' "$prefix"
  done | ip "-$1" -batch -
}

case "${1-}" in
  up) apply 4 "$ipv4" && apply 6 "$ipv6" ;;
  down) apply 4 '' && apply 6 '' ;;
  *) echo "usage: sh $0 up|down" >&2 && exit 2 ;;
esac
