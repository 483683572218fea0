"""The pages, in the order in which a person meets them: start, interview, result, memo, desk."""
