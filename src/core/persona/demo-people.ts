/** What templates make personas of: names with the places they are at home in, occupations by audience, and habits. */
import type { Persona } from './persona.ts';

export const DEMO_PEOPLE: readonly (readonly [name: string, location: string])[] = [
  ['Ingrid Halvorsen', 'Trondheim, Norway'],
  ['Samuel Osei', 'Kumasi, Ghana'],
  ['Lucía Ferreyra', 'Rosario, Argentina'],
  ['Hiroshi Tanabe', 'Sendai, Japan'],
  ['Danielle Carter', 'Cleveland, United States'],
  ['Emre Yıldız', 'Izmir, Turkey'],
  ['Marie-Claude Gagnon', 'Québec, Canada'],
  ['Arjun Nair', 'Kochi, India'],
  ['Zanele Dube', 'Durban, South Africa'],
  ['Matteo Rinaldi', 'Bologna, Italy'],
  ['Linh Phạm', 'Da Nang, Vietnam'],
  ['Oskar Lindqvist', 'Umeå, Sweden'],
  ['Fatima El Idrissi', 'Fès, Morocco'],
  ['Jakub Novotný', 'Brno, Czechia'],
  ['Grace Mutua', 'Nakuru, Kenya'],
  ['Thiago Nascimento', 'Recife, Brazil'],
  ['Hannah Weiss', 'Leipzig, Germany'],
  ['Min-jun Kang', 'Daegu, South Korea'],
  ['Aroha Parata', 'Rotorua, New Zealand'],
  ['Dmytro Kovalenko', 'Lviv, Ukraine'],
  ['Leila Haddad', 'Amman, Jordan'],
  ['Connor MacLeod', 'Inverness, United Kingdom'],
  ['Valentina Rojas', 'Valparaíso, Chile'],
  ['Nikos Papadakis', 'Heraklion, Greece'],
  ['Siti Rahmawati', 'Yogyakarta, Indonesia'],
  ['Elena Popescu', 'Cluj-Napoca, Romania'],
  ['Yusuf Karim', 'Chittagong, Bangladesh'],
  ['Chloé Lambert', 'Nantes, France'],
  ['Mateus Sousa', 'Braga, Portugal'],
  ['Kofi Boateng', 'Accra, Ghana'],
];

/** Where the audience's words match, its people come first. */
export const DEMO_OCCUPATIONS: readonly {
  readonly words: RegExp;
  readonly occupations: readonly string[];
}[] = [
  {
    words: /\b(students?|universit|college|school|pupils?|learn|course|teach|educat)/i,
    occupations: [
      'Chemistry student in the second year',
      'Primary school teacher',
      'Apprentice electrician at evening school',
      'University librarian',
      'Adult education course leader',
    ],
  },
  {
    words: /\b(developer|engineer|software|api|code|devops|technical|data)/i,
    occupations: [
      'Embedded software developer',
      'Site reliability engineer at a bank',
      'Data analyst for a city council',
      'Support engineer for hospital software',
      'Self-taught web developer between two jobs',
    ],
  },
  {
    words: /\b(health|patient|nurse|doctor|care|fitness|medic|sport|diet)/i,
    occupations: [
      'Community nurse who drives from home to home',
      'General practitioner in a village',
      'Physiotherapy student',
      'Carer for her father, part-time bookkeeper',
      'Swimming coach',
    ],
  },
  {
    words:
      /\b(business|compan|shops?|sales?|market|retail|invoice|customers?|freelanc|entrepreneur|finance|bank)/i,
    occupations: [
      'Owner of a bicycle repair shop',
      'Account manager at a packaging company',
      'Freelance translator',
      'Market trader for spices',
      'Accountant for twelve small firms',
    ],
  },
  {
    words: /\b(parents?|famil|child|kids?|home|household|cook|garden)/i,
    occupations: [
      'Parent of three, shift worker at a brewery',
      'Single father and bus driver',
      'Grandmother who looks after four grandchildren',
      'Foster parent and part-time potter',
      'Stay-at-home father, former chef',
    ],
  },
];

export const OTHER_OCCUPATIONS: readonly string[] = [
  'Tram driver',
  'Landscape gardener',
  'Retired surveyor',
  'Hotel night porter',
  'Sound technician at a theatre',
  'Fish farmer',
  'Court clerk',
  'Hairdresser with her own chair',
  'Museum guide',
  'Warehouse team leader',
  'Veterinary assistant',
  'Municipal water engineer',
  'Wedding photographer',
  'Volunteer firefighter and carpenter',
  'Call centre trainer',
  'Seamstress at an opera house',
  'Beekeeper',
  'Notary',
  'Ferry captain',
  'Social worker',
];

/** `{product}` stands for what is asked about. */
export const DEMO_TRAITS: readonly { readonly text: string; readonly skill?: Persona['tech_proficiency'] }[] =
  [
    { text: 'asks what {product} does with personal data before signing up' },
    { text: 'wants to see the price of {product} before anything else' },
    { text: 'tries {product} on the phone during the commute' },
    { text: 'reads three reviews of {product} and trusts the worst one' },
    { text: 'would bring {product} up at the next family dinner' },
    { text: 'compares {product} with what a friend uses' },
    { text: 'keeps a paper notebook beside every app' },
    { text: 'uninstalls what sends more than one message a day' },
    { text: 'needs large type and strong contrast' },
    { text: 'is often offline and expects things to wait for that' },
    { text: 'decides within the first minute' },
    { text: 'takes a week to decide and then stays for years' },
    { text: 'writes to support and judges by the answer' },
    { text: 'shares an account with the whole household' },
    { text: 'pays for a tool once it has saved an hour' },
    { text: 'never pays by subscription' },
    { text: 'looks for the export before putting anything in' },
    { text: 'enjoys finding limits and tells others about them' },
    { text: 'asks a colleague to set things up', skill: 'Low' },
    { text: 'taps carefully and is afraid of breaking something', skill: 'Low' },
    { text: 'prefers a call to a form', skill: 'Low' },
    { text: 'reads the short introduction, skips the manual', skill: 'Medium' },
    { text: 'copes well until something asks for a setting', skill: 'Medium' },
    { text: 'searches for the error message first', skill: 'Medium' },
    { text: 'automates whatever comes up twice', skill: 'High' },
    { text: 'opens the settings before the first use', skill: 'High' },
    { text: 'checks the keyboard shortcuts', skill: 'High' },
  ];
