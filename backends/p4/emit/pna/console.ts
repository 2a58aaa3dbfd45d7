/** The command line of DPDK's pipeline, which listens there unless it is told another place. */
export const CONSOLE = 'nc -q 1 127.0.0.1 8086';
