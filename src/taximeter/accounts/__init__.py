"""The people who open the dashboard: who they are, how they sign in, what they may do."""
