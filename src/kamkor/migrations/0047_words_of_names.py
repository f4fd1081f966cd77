"""The different words of all names, so that one is found that was typed with a letter wrong."""

from importlib import import_module
from typing import ClassVar

from django.db import migrations

first = import_module("kamkor.migrations.0002_row_security")

# Each word stands under itself and under what is left of it when any one letter is left out: two
# words share a key where one edit makes one of the other. Nothing here says who bears a word, or
# where. Not unique: who writes a word waits for nobody that is writing the same one.
TABLE = """
CREATE TABLE name_word (key text COLLATE "C" NOT NULL, word text COLLATE "C" NOT NULL);
CREATE INDEX name_word_by_key ON name_word (key, word);
REVOKE ALL ON name_word FROM PUBLIC;
"""

FUNCTIONS = """
CREATE FUNCTION word_keys(word text) RETURNS SETOF text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT word UNION SELECT left(word, n - 1) || substr(word, n + 1)
    FROM generate_series(1, length(word)) n WHERE length(word) BETWEEN 2 AND 40
$$;
REVOKE ALL ON FUNCTION word_keys(text) FROM PUBLIC;
CREATE FUNCTION words_near(wanted text[]) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    -- As an array the keys are looked for one by one; a join for any words reads all that are known.
    SELECT DISTINCT w.word FROM name_word w
    WHERE w.key = ANY (ARRAY(SELECT k COLLATE "C" FROM unnest(wanted) one, word_keys(one) k))
        AND (SELECT (viewer_context()).account IS NOT NULL)
$$;
REVOKE ALL ON FUNCTION words_near(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION words_near(text[]) TO kamkor_web, kamkor_worker;
CREATE FUNCTION words_learnt() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    -- Each word is looked for by itself: never is the table of all words read for a few.
    INSERT INTO name_word (key, word) SELECT k, a.token
    FROM (SELECT DISTINCT token FROM added) a, word_keys(a.token) k
    WHERE (SELECT w.word FROM name_word w WHERE w.key = a.token AND w.word = a.token LIMIT 1)
        IS NULL;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION words_learnt() FROM PUBLIC;
CREATE FUNCTION words_forgotten() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM name_word w USING (
        SELECT DISTINCT r.token FROM removed r WHERE (
            SELECT t.token FROM kamkor_nametoken t WHERE t.token = r.token LIMIT 1) IS NULL
    ) gone WHERE w.word = gone.token AND w.key = ANY (ARRAY(SELECT word_keys(gone.token)));
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION words_forgotten() FROM PUBLIC;
CREATE FUNCTION words_emptied() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    TRUNCATE name_word;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION words_emptied() FROM PUBLIC;
"""

TRIGGERS = """
CREATE TRIGGER words_learnt AFTER INSERT ON kamkor_nametoken REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION words_learnt();
CREATE TRIGGER words_forgotten AFTER DELETE ON kamkor_nametoken REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION words_forgotten();
CREATE TRIGGER words_emptied AFTER TRUNCATE ON kamkor_nametoken
    FOR EACH STATEMENT EXECUTE FUNCTION words_emptied();
"""

LEARNT_SO_FAR = """
INSERT INTO name_word (key, word) SELECT k, t.token
    FROM (SELECT DISTINCT token FROM kamkor_nametoken) t, word_keys(t.token) k;
"""


def lay(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for part in (TABLE, FUNCTIONS, TRIGGERS, LEARNT_SO_FAR):
            for statement in first.split(part):
                cursor.execute(statement)


class Migration(migrations.Migration):
    """A table without row security that no login may read, and what keeps it."""

    dependencies: ClassVar = [("kamkor", "0046_incarnation")]
    operations: ClassVar = [migrations.RunPython(lay, migrations.RunPython.noop)]
