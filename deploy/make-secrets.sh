#!/bin/sh
# Draws the secrets of a new installation into FOLDER (default: secrets beside this file); none is ever overwritten.
# Keep a copy of citygate_master_key elsewhere: without it the records cannot be read, and nothing replaces it.
set -eu
folder=${1:-$(dirname "$0")/secrets}
mkdir -p "$folder"
chmod 0700 "$folder"

put() { # NAME VALUE
    [ -e "$folder/$1" ] && return
    printf '%s\n' "$2" >"$folder/$1"
    # Containers with accounts of their own read the mounted file; on this machine the folder keeps others out.
    chmod 0444 "$folder/$1"
}

put citygate_master_key "$(openssl rand -base64 32)"
put postgres_password "$(openssl rand -hex 24)"
put redis_password "$(openssl rand -hex 24)"
postgres=$(cat "$folder/postgres_password")
redis=$(cat "$folder/redis_password")
put citygate_database_url "postgresql+psycopg://citygate:$postgres@postgres:5432/citygate"
put citygate_bus_url "redis://:$redis@redis:6379/0"
echo "secrets are in $folder"
