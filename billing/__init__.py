"""What an account may do and what it has used: plans, entitlements, the quota ledger and payments."""
