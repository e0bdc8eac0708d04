"""What an installation is made of besides its tables: whose key it has, who can read its files, whether it can write."""
