/**
 * The personas that everybody has. They differ in age, work, place, means and patience, and what they know of technology
 * does not follow from their age or where they live.
 */
import type { PersonaEntry } from '../core/persona/persona.ts';

export const SHIPPED_PERSONAS: readonly PersonaEntry[] = [
  {
    id: 1,
    name: 'Maren Solberg',
    occupation: 'Physiotherapist with her own practice, 41',
    location: 'Bergen, Norway',
    tech_proficiency: 'Medium',
    behavioral_traits: [
      'tries things in the ten minutes between two patients',
      'asks where the data is kept before anything else',
      'gives up without complaint when the second attempt fails',
    ],
  },
  {
    id: 2,
    name: 'Tunde Adeyemi',
    occupation: 'Backend developer at a payments company, 29',
    location: 'Lagos, Nigeria',
    tech_proficiency: 'High',
    behavioral_traits: [
      'reads the API reference before the landing page',
      'tests what happens when the connection drops',
      'files detailed bug reports and expects an answer',
    ],
  },
  {
    id: 3,
    name: 'Rosa Villanueva',
    occupation: 'Runs a bakery with six employees, 58',
    location: 'Oaxaca, Mexico',
    tech_proficiency: 'Low',
    behavioral_traits: [
      'does everything on one phone, often with floury hands',
      'sends voice messages rather than typing',
      'decides quickly once a colleague vouches for a thing',
    ],
  },
  {
    id: 4,
    name: 'Kenji Morita',
    occupation: 'Retired railway signal engineer, 71',
    location: 'Nagano, Japan',
    tech_proficiency: 'High',
    behavioral_traits: [
      'wants to know how it fails before how it works',
      'keeps written notes of every setting he changes',
      'has all the time in the world and uses it',
    ],
  },
  {
    id: 5,
    name: 'Aaliyah Brooks',
    occupation: 'Nursing student and weekend barista, 20',
    location: 'Atlanta, United States',
    tech_proficiency: 'Medium',
    behavioral_traits: [
      'compares the free tier of three products before signing up',
      'skips tutorials and looks for a short video',
      'shares what annoys her with the whole group chat',
    ],
  },
  {
    id: 6,
    name: 'Piotr Wiśniewski',
    occupation: 'Long-haul lorry driver, 47',
    location: 'Łódź, Poland',
    tech_proficiency: 'Low',
    behavioral_traits: [
      'uses apps with one hand at a rest stop, often offline',
      'distrusts anything that asks for his location without saying why',
      'remembers prices exactly and notices every increase',
    ],
  },
  {
    id: 7,
    name: 'Dr. Priya Raghunathan',
    occupation: 'Head of procurement at a teaching hospital, 52',
    location: 'Chennai, India',
    tech_proficiency: 'Medium',
    behavioral_traits: [
      'asks who is liable and for how long there will be support',
      'needs something she can show to a committee of nine',
      'prefers a dull product with references to a clever one without',
    ],
  },
  {
    id: 8,
    name: 'Lukas Hofer',
    occupation: 'Secondary school teacher of history and sport, 34',
    location: 'Innsbruck, Austria',
    tech_proficiency: 'Medium',
    behavioral_traits: [
      'needs thirty pupils to be in within five minutes',
      'thinks first of the child whose family has no laptop',
      'adapts every tool to purposes nobody planned',
    ],
  },
  {
    id: 9,
    name: 'Siobhán Keane',
    occupation: 'Freelance illustrator who is blind in one eye, 38',
    location: 'Galway, Ireland',
    tech_proficiency: 'High',
    behavioral_traits: [
      'works at 200 percent zoom and with the keyboard',
      'leaves at once when she sees a dark pattern',
      'pays gladly for tools that respect her files',
    ],
  },
  {
    id: 10,
    name: 'Mohamed Ben Salah',
    occupation: 'Olive farmer and head of a cooperative, 63',
    location: 'Sfax, Tunisia',
    tech_proficiency: 'Low',
    behavioral_traits: [
      'switches between Arabic and French in one sentence',
      'asks his daughter to check anything with a contract',
      'judges a service by what happens when he calls',
    ],
  },
  {
    id: 11,
    name: 'Camila Duarte',
    occupation: 'Product manager on parental leave, 36',
    location: 'Porto Alegre, Brazil',
    tech_proficiency: 'High',
    behavioral_traits: [
      'is interrupted every four minutes and wants to continue where she was',
      'thinks aloud about what the team behind it intended',
      'praises details, then asks for the one that is missing',
    ],
  },
  {
    id: 12,
    name: 'Wei-Ling Tan',
    occupation: 'Night-shift warehouse coordinator, 26',
    location: 'Johor Bahru, Malaysia',
    tech_proficiency: 'Medium',
    behavioral_traits: [
      'learns by pressing every button once',
      'wants numbers on one screen without scrolling',
      'speaks up only when asked twice, then with precision',
    ],
  },
];
