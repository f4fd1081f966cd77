"""One child in several records: the parts of a counting statement that read them as one.

The same holds as for every fact: a merge counts from when it was known until it was undone.
"""

# Each absorbed record with the one as which it is read, through any number of merges.
SAME = """same (person_id, kept_id) AS MATERIALIZED (
    WITH RECURSIVE chain (person_id, kept_id) AS (
        SELECT f.absorbed_id, f.kept_id FROM kamkor_personmerge f WHERE {known}
        UNION ALL SELECT n.person_id, f.kept_id FROM chain n
        JOIN kamkor_personmerge f ON f.absorbed_id = n.kept_id WHERE {known}
    )
    SELECT n.person_id, n.kept_id FROM chain n WHERE NOT EXISTS (
        SELECT FROM kamkor_personmerge f WHERE f.absorbed_id = n.kept_id AND {known})
)"""
# Each case that ended in another one of its child, with the one that goes on, and since when.
JOINED = """joined (case_id, into_id, day) AS MATERIALIZED (
    WITH RECURSIVE chain (case_id, into_id, day) AS (
        SELECT f.case_id, f.into_id, f.happened_on FROM kamkor_casemerge f WHERE {known}
        UNION ALL SELECT n.case_id, f.into_id, n.day FROM chain n
        JOIN kamkor_casemerge f ON f.case_id = n.into_id WHERE {known}
    )
    SELECT n.case_id, n.into_id, n.day FROM chain n WHERE NOT EXISTS (
        SELECT FROM kamkor_casemerge f WHERE f.case_id = n.into_id AND {known})
)"""
# Of cases that were open beside each other, found to be one child's, the earliest alone brought
# the child in: what is recorded in the others was known already.
DOUBLED = """doubled (fact) AS MATERIALIZED (
    SELECT DISTINCT f.id FROM joined j JOIN joined k ON k.into_id = j.into_id
    CROSS JOIN LATERAL (VALUES (j.case_id, j.into_id), (j.into_id, j.case_id),
        (j.case_id, k.case_id)) pair (one, other)
    CROSS JOIN LATERAL (
        SELECT f.id, f.happened_on, f.first_recorded_at FROM {table} f WHERE f.case_id = pair.one AND {known}{entering} OFFSET 0) f
    CROSS JOIN LATERAL (
        SELECT e.id, e.happened_on, e.first_recorded_at, e.case_id FROM {table} e WHERE e.case_id = pair.other AND {known_earlier}{entering_earlier}
        OFFSET 0) e
    WHERE (e.happened_on, e.first_recorded_at, e.id) < (f.happened_on, f.first_recorded_at, f.id)
        AND pair.one <> pair.other
        AND NOT EXISTS (SELECT FROM wrong w WHERE w.case_id = e.case_id)
)"""
# Who is off the register by the case that goes on is so in each that ended in it.
OFF_WITH = """off_with AS MATERIALIZED (
    SELECT o.case_id, o.happened_on FROM off o
    UNION ALL SELECT j.case_id, o.happened_on FROM joined j JOIN off o ON o.case_id = j.into_id
)"""
NOT_DOUBLED = " AND NOT EXISTS (SELECT FROM doubled t WHERE t.fact = f.id)"
# A case that ended in another one stands for its child only until that one does.
NOT_JOINED = """
    AND NOT EXISTS (SELECT FROM joined j WHERE j.case_id = f.case_id AND (j.day <= d.day OR EXISTS (
        SELECT FROM kamkor_registration e WHERE e.case_id = j.into_id AND e.registered
        AND e.happened_on <= d.day AND {known_earlier})))"""
CHILD = "coalesce(sm.kept_id, c.child_id)"
OF_CHILD = "LEFT JOIN same sm ON sm.person_id = c.child_id"
