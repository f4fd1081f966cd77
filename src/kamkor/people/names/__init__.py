"""Names of people: as typed, folded for search, stems, phonetic keys and order.

The same stands in TypeScript for the phone, `field/rules/names.ts`; a test holds both together.
"""

from kamkor.people.names.folding import fold
from kamkor.people.names.phonetic import phonetic
from kamkor.people.names.sorting import JOINT_ALPHABET, sort_key
from kamkor.people.names.stems import stem, tokens
from kamkor.people.names.typed import NAME_LIMIT, display_name, name_faults, tidy
from kamkor.people.names.wording import told_alike, words_of_child, words_of_place

__all__ = [
    "JOINT_ALPHABET",
    "NAME_LIMIT",
    "display_name",
    "fold",
    "name_faults",
    "phonetic",
    "sort_key",
    "stem",
    "tidy",
    "tokens",
    "told_alike",
    "words_of_child",
    "words_of_place",
]
