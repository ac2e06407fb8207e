// PlanUrls made by hand: right ones in every spelling, and wrong ones with the reason in words. Made for any pair of
// hosts, so that the same ones can be sent over HTTP between servers that listen on loopback.

export interface Hosts {
  readonly scheme: 'https' | 'http';
  /** Where the organisation `contoso` really is, with its port. */
  readonly home: string;
  /** Somebody else's. */
  readonly elsewhere: string;
}

export const CLOUD: Hosts = { scheme: 'https', home: 'dev.azure.com', elsewhere: 'evil.example' };

/** With `contoso` at home, and at the Server the collections below, `Ünï` and `Big Shop` escaped. */
export const ORGANIZATIONS = [
  { name: 'contoso', url: 'https://dev.azure.com/contoso' },
  { name: 'old', url: 'https://fabrikam.visualstudio.com' },
  { name: 'tfs', url: 'https://tfs.example.com/tfs/DefaultCollection' },
  { name: 'spaced', url: 'https://tfs.example.com:8443/tfs/Big%20Shop' },
  { name: 'marks', url: 'https://tfs.example.com/tfs/%C3%9Cn%C3%AF' },
  { name: 'local', url: 'http://127.0.0.1:8080/contoso' },
  { name: 'local-80', url: 'http://localhost/contoso' },
] as const;

/** What is right, and whose it is. */
export const GOOD: readonly (readonly [planUrl: string, organization: string])[] = [
  ['https://dev.azure.com/contoso/', 'contoso'],
  ['https://dev.azure.com/contoso', 'contoso'],
  ['https://dev.azure.com:443/contoso/', 'contoso'],
  ['HTTPS://DEV.Azure.COM/Contoso', 'contoso'],
  ['https://contoso.visualstudio.com/', 'contoso'],
  ['https://contoso.visualstudio.com', 'contoso'],
  ['https://CONTOSO.visualstudio.com:443/', 'contoso'],
  ['https://contoso.visualstudio.com/DefaultCollection/', 'contoso'],
  ['https://fabrikam.visualstudio.com/', 'old'],
  ['https://dev.azure.com/Fabrikam/', 'old'],
  ['https://tfs.example.com/tfs/DefaultCollection/', 'tfs'],
  ['https://tfs.example.com:443/TFS/defaultcollection', 'tfs'],
  ['https://tfs.example.com:8443/tfs/Big%20Shop/', 'spaced'],
  ['https://tfs.example.com:8443/tfs/big%20shop', 'spaced'],
  ['https://tfs.example.com/tfs/%c3%9Cn%C3%af/', 'marks'],
  ['http://127.0.0.1:8080/contoso/', 'local'],
  ['http://localhost/contoso', 'local-80'],
  ['http://localhost:80/contoso/', 'local-80'],
];

/** What is wrong with the one organisation at `home`, each with the reason. */
export function hostilePlanUrls({ scheme, home, elsewhere }: Hosts): (readonly [string, reason: string])[] {
  const [host = '', port = scheme === 'https' ? '443' : '80'] = home.split(':');
  const elsewherePort = /:\d+$/.exec(elsewhere)?.[0] ?? '';
  const good = `${scheme}://${home}/contoso`;
  const otherScheme = scheme === 'https' ? 'http' : 'https';
  return [
    [`${otherScheme}://${home}/contoso/`, 'the other scheme'],
    [`//${home}/contoso/`, 'no scheme'],
    [`${home}/contoso/`, 'a host without a scheme'],
    [`/contoso/`, 'only a path'],
    ['', 'nothing'],
    [`file://${home}/contoso/`, 'a scheme for files'],
    [`ftp://${home}/contoso/`, 'another protocol'],
    [`gopher://${elsewhere}/contoso/`, 'a protocol that carries others'],
    [`javascript://${home}/contoso/%0aalert(1)`, 'a script'],
    [`data:text/plain,${good}/`, 'data that holds the right address'],
    [`blob:${good}/`, 'an address within an address'],
    [`view-source:${good}/`, 'a prefix that only browsers know'],
    [`${scheme}:${home}/contoso/`, 'no slashes, which URL parsers add'],
    [`${scheme}:/${home}/contoso/`, 'one slash, to which URL parsers add another'],
    [`${scheme}:///${home}/contoso/`, 'three slashes: no host, or this one'],
    [`${scheme}:\\\\${home}\\contoso\\`, 'backslashes that some read as slashes'],
    [`${scheme}://${home}@${elsewhere}/contoso/`, 'the right host as user info'],
    [`${scheme}://${home}:x@${elsewhere}/contoso/`, 'the right host as user info with a password'],
    [`${scheme}://${home}%40${elsewhere}/contoso/`, 'an escaped @'],
    [`${scheme}://ada@${home}/contoso/`, 'user info before the right host'],
    [`${scheme}://ada:pw@${home}/contoso/`, 'user info with a password before the right host'],
    [`${scheme}://@${home}/contoso/`, 'empty user info'],
    [`${scheme}://:@${home}/contoso/`, 'empty user info and password'],
    [`${scheme}://${home}\\@${elsewhere}/contoso/`, 'a backslash before the @: two readers, two hosts'],
    [`${scheme}://${elsewhere}\\@${home}/contoso/`, 'the same the other way round'],
    [`${scheme}://${elsewhere}#@${home}/contoso/`, 'a fragment before the @'],
    [`${scheme}://${elsewhere}?@${home}/contoso/`, 'a query before the @'],
    [`${scheme}://${elsewhere}/@${home}/contoso/`, 'a path that looks like user info'],
    [`${scheme}://${elsewhere}/${home}/contoso/`, 'the right host as a path'],
    [`${scheme}://${elsewhere}/?${good}/`, 'the right address as a query'],
    [`${scheme}://${elsewhere}/#${good}/`, 'the right address as a fragment'],
    [`${scheme}://${elsewhere}/contoso/`, 'another host'],
    [`${scheme}://${host}.${elsewhere}/contoso/`, 'the right host as a prefix'],
    [`${scheme}://${host}%2e${elsewhere}/contoso/`, 'the right host as a prefix with an escaped dot'],
    [`${scheme}://evil${host}:${port}/contoso/`, 'the right host as a suffix'],
    [`${scheme}://evil.${host}:${port}/contoso/`, 'a host below the right one'],
    [`${scheme}://${host}.:${port}/contoso/`, 'a dot after the host'],
    [`${scheme}://${host}..:${port}/contoso/`, 'two dots after the host'],
    [`${scheme}://.${home}/contoso/`, 'a dot before the host'],
    [`${scheme}://${host.replaceAll('.', '-')}:${port}/contoso/`, 'a host with hyphens for dots'],
    [`${scheme}://${host.replaceAll('.', '。')}:${port}/contoso/`, 'ideographic full stops'],
    [`${scheme}://${host.replaceAll('.', '．')}:${port}/contoso/`, 'full-width full stops'],
    [`${scheme}://${host.replaceAll('.', '%2e')}:${port}/contoso/`, 'escaped dots in the host'],
    [`${scheme}://${host.replace(/.$/, fullWidth)}:${port}/contoso/`, 'one full-width letter in the host'],
    [`${scheme}://${host.replace(/^./, escaped)}:${port}/contoso/`, 'an escaped letter in the host'],
    [`${scheme}://${host.slice(0, 3)}\u00ad${host.slice(3)}:${port}/contoso/`, 'a soft hyphen in the host'],
    [
      `${scheme}://${host.slice(0, 3)}\u200b${host.slice(3)}:${port}/contoso/`,
      'a space of no width in the host',
    ],
    [
      `${scheme}://${host.slice(0, 3)}\t${host.slice(3)}:${port}/contoso/`,
      'a tab in the host, which URL parsers drop',
    ],
    [`${scheme}://${host.slice(0, 3)}\n${host.slice(3)}:${port}/contoso/`, 'a line feed in the host'],
    [`${scheme}://${host}\u0000.${elsewhere}/contoso/`, 'a NUL after the host'],
    [`${scheme}://${host} .${elsewhere}/contoso/`, 'a space after the host'],
    [`${scheme}://[${host}]:${port}/contoso/`, 'brackets around the host'],
    [`${scheme}://xn--${host}:${port}/contoso/`, 'a host that claims to be punycode'],
    [`${scheme}://${home}:443:443/contoso/`, 'two ports'],
    [`${scheme}://${host}:/contoso/`, 'a colon without a port'],
    [`${scheme}://${host}:0${port}/contoso/`, 'a port with a zero before it'],
    [
      `${scheme}://${host}:${Number(port) + 65_536}/contoso/`,
      'a port that is the right one after an overflow',
    ],
    [`${scheme}://${host}:8444/contoso/`, 'another port'],
    [`${scheme}://${host}:+${port}/contoso/`, 'a port with a sign'],
    [`${scheme}://${host}:${port}@${elsewhere}/contoso/`, 'host and port as user info'],
    [good.replace('contoso', 'evil'), "an attacker's organisation on the right host"],
    [`${good}evil/`, 'an organisation whose name begins alike'],
    [`${scheme}://${home}/evilcontoso/`, 'an organisation whose name ends alike'],
    [`${scheme}://${home}/`, 'no organisation'],
    [`${scheme}://${home}`, 'no path'],
    [`${good}//`, 'two slashes at the end'],
    [`${scheme}://${home}//contoso/`, 'two slashes before the organisation'],
    [`${good}/evil/`, 'a segment more'],
    [`${good}/DefaultCollection/`, 'a collection where there is none'],
    [`${good}/_apis/`, 'an address within the organisation'],
    [`${scheme}://${home}/evil/contoso/`, 'the organisation as a project of another'],
    [`${scheme}://${home}/evil/../contoso/`, 'dots that lead to the organisation'],
    [`${good}/../evil/`, 'dots that lead away'],
    [`${good}/..`, 'dots at the end'],
    [`${good}/.`, 'one dot at the end'],
    [`${scheme}://${home}/./contoso/`, 'one dot before the organisation'],
    [`${good}/%2e%2e/evil/`, 'escaped dots that lead away'],
    [`${scheme}://${home}/evil/.%2E/contoso/`, 'half escaped dots that lead to it'],
    [`${good}/..;/evil/`, 'dots with a parameter, which some servers resolve'],
    [`${good}%2f`, 'an escaped slash at the end'],
    [`${good}%2f..%2fevil/`, 'escaped slashes and dots'],
    [`${good}%252f..%252fevil/`, 'slashes that are escaped twice'],
    [`${good}\\..\\evil/`, 'dots between backslashes'],
    [`${good}\\`, 'a backslash at the end'],
    [`${good}%5c`, 'an escaped backslash at the end'],
    [`${good}/?`, 'an empty query'],
    [`${good}/?x=1`, 'a query'],
    [`${good}?x=/`, 'a query with a slash at its end'],
    [`${good}/#`, 'an empty fragment'],
    [`${good}/#x`, 'a fragment'],
    [`${good}%3fx/`, 'an escaped question mark'],
    [`${good};x=1/`, 'a parameter of the path'],
    [`${scheme}://${home}/%63ontoso/`, 'an escaped letter in the organisation'],
    [`${scheme}://${home}/conto%73o/`, 'another escaped letter in the organisation'],
    [`${scheme}://${home}/contos%6F/`, 'a third, with a capital digit'],
    [`${scheme}://${home}/c%u006fntoso/`, "an escape of a browser's old kind"],
    [`${scheme}://${home}/cont%C0%AFoso/`, 'an overlong escape'],
    [`${scheme}://${home}/cont%/`, 'a broken escape'],
    [`${scheme}://${home}/contoſo/`, 'a long s, which matches s in any case'],
    [`${scheme}://${home}/cοntoso/`, 'a Greek omicron'],
    [`${scheme}://${home}/соntoso/`, 'Cyrillic letters'],
    [`${scheme}://${home}/ｃontoso/`, 'a full-width letter in the path'],
    [`${scheme}://${home}/contoso\u200b/`, 'a space of no width in the path'],
    [`${scheme}://${home}/contoso\u202e/`, 'a turn of the writing'],
    [`${good} /`, 'a space before the slash'],
    [`${good}/ `, 'a space after it'],
    [` ${good}/`, 'a space before it'],
    [`\u00a0${good}/`, 'a space that does not break before it'],
    [`\ufeff${good}/`, 'a byte order mark before it'],
    [`${good}+/`, 'a plus, which some read as a space'],
    [`${good}%20/`, 'an escaped space'],
    [`${good}%00/`, 'an escaped NUL'],
    [`${good}\u0000/`, 'a NUL'],
    [`${good}/\r\nX-Evil: 1`, 'a header of its own'],
    [`${good}/%0d%0aX-Evil:1`, 'an escaped header of its own'],
    [`${good}/, ${scheme}://${elsewhere}/contoso/`, 'two addresses, as Node joins two headers'],
    [`${good}/,`, 'a comma at the end'],
    [`"${good}/"`, 'quotation marks around it'],
    [`<${good}/>`, 'brackets around it'],
    [`'${good}/'`, 'apostrophes around it'],
    [`url:${good}/`, 'a prefix of old standards'],
    [`$(system.CollectionUri)`, 'a variable that nobody replaced'],
    [`${good}/${'x'.repeat(8_000)}`, 'more than 8 kB'],
    [`${scheme}://${home}/${'./'.repeat(300)}contoso/`, 'the right one after 300 dots'],
    ...ADDRESSES_OF_THIS_MACHINE.map(
      ([address, form]) =>
        [`${scheme}://${address}${elsewherePort}/contoso/`, `this machine ${form}`] as const,
    ),
  ];
}

/** Wrong for the cloud only. */
export const HOSTILE_IN_THE_CLOUD: readonly (readonly [string, reason: string])[] = [
  ['https://evil.visualstudio.com/', "an attacker's organisation on its legacy host"],
  ['https://evil.visualstudio.com/contoso/', 'the organisation as a project of another on a legacy host'],
  ['https://evilvisualstudio.com/', 'a host that ends alike'],
  ['https://contosovisualstudio.com/', 'a legacy host without its dot'],
  ['https://contoso.visualstudio.com.evil.example/', 'the legacy host as a prefix'],
  ['https://evil.contoso.visualstudio.com/', 'a host below the legacy host'],
  ['https://contoso.visualstudio.com./', 'a legacy host with a dot after it'],
  ['https://contoso.visualstudio.com/contoso/', 'an organisation twice'],
  ['https://contoso.visualstudio.com/Default/', 'another collection on the legacy host'],
  ['https://contoso.visualstudio.com:8443/', 'another port of the legacy host'],
  ['http://contoso.visualstudio.com/', 'the legacy host in the clear'],
  ['https://contoso%2evisualstudio.com/', 'an escaped dot in the legacy host'],
  ['https://contoso.vsrm.visualstudio.com/', 'the host of classic releases, which has no such plans'],
  ['https://vsrm.dev.azure.com/contoso/', 'the same in its newer form'],
  ['https://ⅾev.azure.com/contoso/', 'a Roman numeral for d'],
  ['https://dev.azurе.com/contoso/', 'a Cyrillic e'],
  ['https://xn--dev-azure-com.evil.example/contoso/', 'a host that only looks like punycode'],
  ['https://dev.azure.co/contoso/', 'a letter less'],
  ['https://dev.azure.com.br/contoso/', 'a country more'],
  ['https://devazure.com/contoso/', 'a dot less'],
  ['https://tfs.example.com/tfs/', 'the Server without a collection'],
  ['https://tfs.example.com/DefaultCollection/', 'the Server without its virtual folder'],
  ['https://tfs.example.com/tfs/Evil/', 'another collection of the Server'],
  ['https://tfs.example.com/tfs/DefaultCollection/Shop/', 'a project of the Server'],
  ['https://tfs.example.com:8443/tfs/DefaultCollection/', 'a collection on the port of another'],
  ['https://tfs.example.com/tfs/Big%20Shop/', 'a collection without its port'],
  ['https://tfs.example.com:8443/tfs/Big Shop/', 'a space that is not escaped'],
  ['https://tfs.example.com:8443/tfs/Big+Shop/', 'a plus for the space'],
  ['https://tfs.example.com:8443/tfs/Big%2520Shop/', 'a space escaped twice'],
  ['https://tfs.example.com/tfs/Ünï/', 'letters that are not escaped'],
  ['https://tfs.example.com/tfs/%DCn%EF/', 'letters escaped in Latin-1'],
  ['https://tfs.example.com/tfs/U%CC%88ni%CC%88/', 'letters and their marks apart'],
  ['https://127.0.0.1:8080/contoso/', 'https for an organisation that is on loopback in the clear'],
  ['http://localhost:8080/contoso/', 'another name of the loopback that is configured'],
  ['http://127.0.0.1/contoso/', 'its port left out'],
];

const ADDRESSES_OF_THIS_MACHINE = [
  ['2130706433', 'as one number'],
  ['0x7f.1', 'as hexadecimal'],
  ['0177.0.0.1', 'as octal'],
  ['127.1', 'shortened'],
  ['[::ffff:127.0.0.1]', 'as IPv6'],
  ['[::1]', 'as IPv6, its own'],
  ['0.0.0.0', 'as any address'],
  ['169.254.169.254', 'as its cloud knows it, with its secrets'],
  ['①②⑦.0.0.1', 'in circled digits'],
] as const;

function escaped(letter: string): string {
  return `%${letter.charCodeAt(0).toString(16)}`;
}

function fullWidth(letter: string): string {
  return String.fromCharCode(letter.charCodeAt(0) + 0xfee0);
}
