"""Who somebody is: sign-in, second factor, invitations, tokens; their data taken away or erased."""
