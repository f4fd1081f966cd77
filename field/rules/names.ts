// Names of people on the phone: as typed, folded for search, stems, phonetic keys and order.
//
// The twin of `kamkor.people.names`, which says what each rule is for; a test holds both together.
// Strings are counted and compared by code points, as Python does it.

export const NAME_LIMIT = 120;
export const JOINT_ALPHABET = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя";

export type NameFault =
  | "name_missing"
  | "surname_too_long"
  | "given_too_long"
  | "patronymic_too_long";

const SPACES = /[\t-\r\x1c-\x1f\x85\p{Z}]+/u;
const UNSEEN = /(?![\t-\r\x1c-\x1f\x85])[\p{Cc}\p{Cf}\p{Cs}]/gu;
const STRAY_EN: Readonly<Record<string, string>> = {
  Ӊ: "Ң", ӊ: "ң", Ӈ: "Ң", ӈ: "ң", Ҥ: "Ң", ҥ: "ң",
};
const STRAY: Readonly<Record<string, string>> = {
  ҳ: "х", ӣ: "и", ӯ: "у", ў: "у", ҷ: "ж", ї: "и",
};
const SOUNDS: Readonly<Record<string, string>> = {
  а: "a", ә: "a", б: "b", в: "v", г: "g", ғ: "g", д: "d", е: "e", ё: "e", э: "e", ж: "j",
  з: "z", и: "i", й: "i", ы: "i", і: "i", к: "k", қ: "k", л: "l", м: "m", н: "n", ң: "n",
  о: "o", ө: "o", п: "p", р: "r", с: "s", т: "t", у: "u", ү: "u", ұ: "u", ф: "f", х: "h",
  һ: "h", ц: "ts", ч: "c", ш: "x", щ: "xc", ъ: "", ь: "", ю: "iu", я: "ia",
  dzh: "j", zh: "j", kh: "h", gh: "g", ch: "c", sh: "x", ş: "x", š: "x", ç: "c", č: "c",
  ž: "j", ß: "ss", ı: "i", y: "i", q: "k", w: "v", x: "ks", c: "k",
};
const SOUND = new RegExp(Object.keys(SOUNDS).sort((a, b) => b.length - a.length).join("|"), "gu");
const SIGNS = /['’‘ʼʻ`´′]/gu;
const BREAK = /[^\p{L}\p{N}]/gu;
const YE = /(?<![bcdfghjklmnpqrstvwxz])ye|(?<![aeiou])yo/gu;
const SOFT_U = /(?<=[bcdfghjklmnpqrstvwxz])iu/gu;
const DOUBLED_VOWEL = /([aeiou])\1+/gu;

const PARTICLES: ReadonlySet<string> = new Set(
  ["ulu", "uli", "kizi", "ugli", "ogli", "oglu", "gizi"],
);
const JOINED_SON = /(уулу|ұлы|улы|uulu|uly|ulı|ūly)$/u;
const FOLDED_ENDING = /(kizi|[oe]v(a|ic|na)?)$/u;
const LOST_AT_END = /(?<=[aou])i$|ei?$/u;
const SHORTEST_STEM = 3;

const HEARD_ALIKE: Readonly<Record<string, string>> = { h: "k", p: "b", z: "s", v: "b" };

const FIRST_DIGIT = 0x22;
const FIRST_LETTER = 0x30;
const ORDER: ReadonlyMap<string, string> = new Map([
  ...Array.from(JOINT_ALPHABET, (letter, place): [string, string] =>
    [letter, String.fromCodePoint(FIRST_LETTER + place)]),
  ...Array.from("0123456789", (digit, place): [string, string] =>
    [digit, String.fromCodePoint(FIRST_DIGIT + place)]),
]);

/** The part as it is stored: NFC, stray codes of ң put right, single spaces, nothing unseen. */
export function tidy(part: string): string {
  const text = part.normalize("NFC").replace(/[ӉӊӇӈҤҥ]/gu, (sign) => STRAY_EN[sign] ?? sign);
  return split(text.replace(UNSEEN, ""), SPACES).join(" ");
}

/** Codes of what is wrong with a name; nothing is ever cut. */
export function nameFaults(surname: string, given: string, patronymic: string): NameFault[] {
  const parts = [tidy(surname), tidy(given), tidy(patronymic)] as const;
  if (parts.every((part) => part === "")) return ["name_missing"];
  const kinds = ["surname_too_long", "given_too_long", "patronymic_too_long"] as const;
  return kinds.filter((_, place) => Array.from(parts[place] ?? "").length > NAME_LIMIT);
}

/** The whole name in the order of documents: surname, given name, patronymic. */
export function displayName(surname: string, given: string, patronymic: string): string {
  return [surname, given, patronymic].map(tidy).filter(Boolean).join(" ");
}

/** The search form: spellings of one name in three alphabets become one string. */
export function fold(text: string): string {
  const sounds = lowered(text).replace(YE, "e").replace(SOUND, (sign) => SOUNDS[sign] ?? sign);
  const plain = sounds.normalize("NFKD").replace(/\p{M}/gu, "");
  return split(oneSound(plain).replace(BREAK, " "), " ").join(" ");
}

/** The folded father's name or root under a surname or patronymic: `asan` of Асанович. */
export function stem(part: string): string {
  const stems = stemsOf(part).filter(Boolean);
  return stems.filter((one) => !PARTICLES.has(one)).join(" ") || stems.join(" ");
}

/** The different stems of all parts, sorted: the same whatever the order of the parts was. */
export function tokens(surname: string, given: string, patronymic: string): string[] {
  const stems = [surname, given, patronymic].flatMap(stemsOf);
  const telling = stems.filter((one) => !PARTICLES.has(one));
  const chosen = (telling.length ? telling : stems).filter(Boolean).map(limited);
  return [...new Set(chosen)].sort(byCodePoint);
}

/** The key under which a stem is looked for: its consonants, those heard alike as one. */
export function phonetic(of: string): string {
  return of
    .replace(/[hpzv]/gu, (sign) => HEARD_ALIKE[sign] ?? sign)
    .replace(/(?<=.)[aeiou]+/gu, "")
    .replace(/(.)\1+/gu, "$1");
}

/** A key whose code point order is the order of the joint alphabet. */
export function sortKey(surname: string, given: string, patronymic: string): string {
  return [surname, given, patronymic].map(keyOf).filter(Boolean).join(" ");
}

function lowered(text: string): string {
  const small = tidy(text).toLowerCase().replace(SIGNS, "");
  return small.replace(/[ҳӣӯўҷї]/gu, (sign) => STRAY[sign] ?? sign);
}

function words(text: string): string[] {
  return split(lowered(text).replace(BREAK, " "), " ");
}

function oneSound(plain: string): string {
  return plain
    .replaceAll("dj", "j")
    .replaceAll("kh", "h")
    .replaceAll("ngg", "n")
    .replaceAll("ng", "n")
    .replace(SOFT_U, "u")
    .replace(DOUBLED_VOWEL, "$1");
}

function stemsOf(part: string): string[] {
  const stems = words(part).map(stemOfWord);
  return stems.map((one, place) => (PARTICLES.has(stems[place + 1] ?? "") ? ofFather(one) : one));
}

function stemOfWord(word: string): string {
  const whole = fold(word);
  if (PARTICLES.has(whole)) return whole;
  const alone = word.replace(JOINED_SON, "");
  const father = alone === word ? whole.replace(FOLDED_ENDING, "") : fold(alone);
  if (Array.from(father).length < SHORTEST_STEM || father === whole) {
    return whole.endsWith("bai") && Array.from(whole).length > 4 ? whole.slice(0, -1) : whole;
  }
  return ofFather(father);
}

function ofFather(name: string): string {
  const shorter = name.replace(LOST_AT_END, "");
  return Array.from(shorter).length >= SHORTEST_STEM ? shorter : name;
}

function keyOf(part: string): string {
  return limited(words(part).map((word) => Array.from(word, place).join("")).join("!"));
}

function place(sign: string): string {
  const known = ORDER.get(sign);
  if (known !== undefined) return known;
  const base = Array.from(sign.normalize("NFKD"))[0] ?? sign;
  return ORDER.get(base) ?? base;
}

function limited(text: string): string {
  return text.length <= NAME_LIMIT ? text : Array.from(text).slice(0, NAME_LIMIT).join("");
}

function split(text: string, at: RegExp | string): string[] {
  return text.split(at).filter(Boolean);
}

function byCodePoint(one: string, other: string): number {
  const mine = Array.from(one, (sign) => sign.codePointAt(0) ?? 0);
  const yours = Array.from(other, (sign) => sign.codePointAt(0) ?? 0);
  const apart = mine.findIndex((code, at) => code !== yours[at]);
  return apart < 0 ? mine.length - yours.length : (mine[apart] ?? 0) - (yours[apart] ?? -1);
}
