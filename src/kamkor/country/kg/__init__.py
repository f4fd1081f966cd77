"""Kyrgyzstan: data files, rule sets, identifier check, telephones and languages."""
