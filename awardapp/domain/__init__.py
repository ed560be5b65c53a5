"""Pure rules: values in, values or a refusal out. No Flask, no database, no clock; `now` is an argument."""
