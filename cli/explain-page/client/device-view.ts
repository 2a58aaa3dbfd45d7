/** What a NIC has, table by table, and which rules are decided there; nothing of planes on the host. */
import type { PageDevice } from '../page-step.ts';
import { byId, withText, type PageState } from './page.ts';

const WHO = { device: 'NIC', host: 'host' };

export class DeviceView {
  #shown: PageDevice | undefined;

  show({ plane: { device } }: PageState): void {
    byId('device').hidden = device === undefined;
    if (!device || device === this.#shown) return;
    this.#shown = device;
    const onDevice = device.rules.filter(({ decides }) => decides === 'device').length;
    byId('device-summary').textContent =
      `${device.name}: by ${onDevice} of ${device.rules.length} rules the NIC decides; what it does not decide goes up to the host.`;
    byId('device-tables').replaceChildren(...device.tables.map(tableRow), sumRow(device));
    byId('device-rules').replaceChildren(...device.rules.map(ruleRow));
  }
}

function tableRow({ name, keys, entries, room, bits }: PageDevice['tables'][number]): HTMLElement {
  const row = document.createElement('tr');
  const own = withText('td', '', 'keys');
  own.append(...keys.map((key) => withText('span', key)));
  row.append(
    withText('td', name, 'name'),
    own,
    withText('td', entries.toLocaleString('en'), 'number entries'),
    withText('td', room.toLocaleString('en'), 'number room'),
    withText('td', bits.toLocaleString('en'), 'number bits'),
  );
  return row;
}

function sumRow({ tables }: PageDevice): HTMLElement {
  const sum = (of: 'entries' | 'bits') => tables.reduce((all, table) => all + table[of], 0);
  const row = tableRow({ name: 'in all', keys: [], entries: sum('entries'), room: 0, bits: sum('bits') });
  row.querySelector('.room')!.textContent = '';
  return row;
}

function ruleRow({ rule, lines, decides, why = '' }: PageDevice['rules'][number]): HTMLElement {
  const row = document.createElement('tr');
  row.append(
    withText('td', rule, 'name'),
    withText('td', lines),
    withText('td', WHO[decides], `who ${decides}`),
    withText('td', why),
  );
  return row;
}
