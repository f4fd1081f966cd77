// Reads lines of [surname, given name, patronymic] and writes what the phone's rules make of them.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const names = await import(pathToFileURL(process.argv[2] ?? "").href);
const told = (line: string): string => {
  const parts: [string, string, string] = JSON.parse(line);
  const stems = parts.map(names.stem);
  return JSON.stringify({
    tidy: parts.map(names.tidy),
    fold: parts.map(names.fold),
    stem: stems,
    phonetic: stems.map(names.phonetic),
    tokens: names.tokens(...parts),
    sort_key: names.sortKey(...parts),
    display_name: names.displayName(...parts),
    name_faults: names.nameFaults(...parts),
  });
};
process.stdout.write(readFileSync(0, "utf8").trimEnd().split("\n").map(told).join("\n"));
