"""What has been learned: small networks, their weights and their cards."""
