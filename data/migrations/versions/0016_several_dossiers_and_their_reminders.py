"""several dossiers for one person, the stage each has reached, and the reminders of its deadline"""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('several',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('person', sa.String(length=32), nullable=False),
    sa.Column('who', sa.String(length=12), nullable=False),
    sa.Column('platform', sa.String(length=10), nullable=False),
    sa.Column('code_known', sa.Boolean(), nullable=False),
    sa.Column('named', sa.LargeBinary(), nullable=True),
    sa.Column('stage', sa.String(length=10), server_default='open', nullable=False),
    sa.Column('reminds', sa.Boolean(), server_default=sa.true(), nullable=False),
    sa.Column('started', sa.Float(), nullable=False),
    sa.Column('at', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('id', name='pk_several')
    )
    # the one dossier that a person had is called by the person's id, to which its words are sealed
    op.execute(
        'INSERT INTO several (id, person, who, platform, code_known, named, started, at) '
        'SELECT person, person, who, platform, code_known, named, started, at FROM dossiers'
    )
    op.drop_table('dossiers')
    op.rename_table('several', 'dossiers')
    if op.get_bind().dialect.name != 'sqlite':  # there its name is nobody's
        op.execute('ALTER INDEX pk_several RENAME TO pk_dossiers')
    op.create_index('ix_dossiers_person', 'dossiers', ['person'])
    with op.batch_alter_table('ticks', schema=None) as batch_op:
        batch_op.alter_column('person', new_column_name='dossier')
    op.create_table('reminders',
    sa.Column('dossier', sa.String(length=32), nullable=False),
    sa.Column('due', sa.Float(), nullable=False),
    sa.Column('kind', sa.String(length=6), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('row', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('dossier', 'due', name=op.f('pk_reminders'))
    )
    op.create_index(
        'ix_reminders_due', 'reminders', ['due'],
        sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"),
    )


def downgrade() -> None:
    op.drop_index('ix_reminders_due', table_name='reminders')
    op.drop_table('reminders')
    op.execute('DELETE FROM ticks WHERE dossier NOT IN (SELECT person FROM dossiers WHERE id = person)')
    op.execute('DELETE FROM dossiers WHERE id <> person')  # words sealed to another id would not open
    with op.batch_alter_table('ticks', schema=None) as batch_op:
        batch_op.alter_column('dossier', new_column_name='person')
    op.drop_index('ix_dossiers_person', table_name='dossiers')
    op.create_table('single',
    sa.Column('person', sa.String(length=32), nullable=False),
    sa.Column('who', sa.String(length=12), nullable=False),
    sa.Column('platform', sa.String(length=10), nullable=False),
    sa.Column('code_known', sa.Boolean(), nullable=False),
    sa.Column('named', sa.LargeBinary(), nullable=True),
    sa.Column('started', sa.Float(), nullable=False),
    sa.Column('at', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('person', name='pk_single')
    )
    op.execute(
        'INSERT INTO single (person, who, platform, code_known, named, started, at) '
        'SELECT person, who, platform, code_known, named, started, at FROM dossiers'
    )
    op.drop_table('dossiers')
    op.rename_table('single', 'dossiers')
    if op.get_bind().dialect.name != 'sqlite':
        op.execute('ALTER INDEX pk_single RENAME TO pk_dossiers')
