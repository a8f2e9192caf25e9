#!/bin/sh
# One of the product's commands, by its own account and with its settings: referral first_admin --help
# Installed as /usr/local/bin/referral; /opt/referral/var/serve.env leads to /etc/referral/serve.env.
cd /opt/referral && exec runuser --user referral -- .venv/bin/python -m deploy.command "$@"
