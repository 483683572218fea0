"""The ledger: an append-only Merkle log of memos and review acts, with signed tree heads.

In the order of dependence: `merkle` (the tree of RFC 9162), `proofs` (checking what it proves), `checkpoint` (signed
tree heads), `keys`, `models` (what the database keeps), `heads` (the file of heads outside the database), `log`
(adding an entry, proving one), `audit` (checking everything).
"""
