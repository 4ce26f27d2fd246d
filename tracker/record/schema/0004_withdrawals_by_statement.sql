-- Of a document that nobody accepted, an act on one statement leaves those on another as they are.
DROP VIEW standing_withdrawals;
CREATE VIEW standing_withdrawals AS
    SELECT withdrawals.id AS withdrawal, withdrawals.act AS act, snapshot, document, text
    FROM withdrawn JOIN withdrawals ON withdrawals.id = withdrawn.withdrawal
    WHERE withdrawals.act <> 'lift' AND NOT EXISTS (
        SELECT 1 FROM withdrawn AS later JOIN withdrawals AS acts ON acts.id = later.withdrawal
        WHERE later.document = withdrawn.document AND later.snapshot IS withdrawn.snapshot
        AND later.withdrawal > withdrawn.withdrawal AND (
            later.snapshot IS NOT NULL
            OR substr(acts.reference, 1, instr(acts.reference || '~', '~') - 1)
            = substr(withdrawals.reference, 1, instr(withdrawals.reference || '~', '~') - 1)
        )
    );
