"""The pages, one module each: what is asked, what is shown, how it is read."""
