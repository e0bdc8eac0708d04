"""what waits in the outbox is ciphertext, and only a database of made-up people stays a demo

Rows that wait are sealed with the key that data/migrate.py hands over; no other row has words. A database was noted as
a demo when --demo found its registry empty, whoever else wrote there: the note is kept only where nobody real can be.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

SYNTHETIC = '88%'  # how the codes of made-up people begin


def upgrade() -> None:
    connection, seal = op.get_bind(), op.get_context().config.attributes.get('seal')
    waiting = connection.execute(sa.text(
        "SELECT id, address, body FROM outbox WHERE body != '' AND state IN ('pending', 'leased') ORDER BY id"
    )).all()
    if waiting and seal is None:
        raise ValueError('messages wait in the outbox and are sealed with the key now: use `troly migrate`')
    put = sa.text('UPDATE outbox SET sealed = :sealed WHERE id = :id')
    for first in range(0, len(waiting), 500):
        connection.execute(put, [
            {'id': r.id, 'sealed': seal.close(json.loads(r.body), f'outbox {r.id} {r.address}')}
            for r in waiting[first:first + 500]
        ])
    # not by batch_alter_table, which would copy the whole table; both databases can drop a column as it is
    op.execute("UPDATE outbox SET body = '' WHERE body != ''")
    op.execute('ALTER TABLE outbox DROP COLUMN body')
    real = connection.execute(sa.text(
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM imports)"
        " OR EXISTS (SELECT 1 FROM registry WHERE code NOT LIKE :synthetic)"
        " OR EXISTS (SELECT 1 FROM conversations WHERE address LIKE 'telegram:%')"
    ), {'synthetic': SYNTHETIC}).first()
    if real is not None:
        op.execute("DELETE FROM office_facts WHERE name = 'demo'")


def downgrade() -> None:
    """Words that wait cannot be read by an earlier version: they are withdrawn."""
    op.execute(
        "UPDATE outbox SET state = 'withdrawn', sealed = NULL, fence = fence + 1"
        " WHERE sealed IS NOT NULL AND lane != 'otp'"
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.add_column(sa.Column('body', sa.Text(), server_default='', nullable=False))
