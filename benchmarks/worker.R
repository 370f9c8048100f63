# lme4 or lmerTest in a process of its own: Rscript worker.R <lme4|lmerTest>.
# Requests and replies as in worker.py. The clock is Sys.time, which counts microseconds.

engine <- commandArgs(trailingOnly = TRUE)[1]
replies <- stdout()

reply <- function(text) {
  writeLines(paste("reply", text), replies)
  flush(replies)
}
number <- function(values) {
  text <- formatC(as.numeric(values), digits = 17, format = "g")
  paste0("[", paste(ifelse(is.finite(values), text, "null"), collapse = ", "), "]")
}
word <- function(values) paste0("[", paste(encodeString(values, quote = '"'), collapse = ", "), "]")

if (!requireNamespace(engine, quietly = TRUE)) {
  reply(sprintf('{"missing": "the R package %s is not installed"}', engine))
  quit(status = 0)
}
lmer <- if (engine == "lmerTest") lmerTest::lmer else lme4::lmer
reply(sprintf(
  '{"versions": {"R": "%s", "%s": "%s", "BLAS of R": "%s"}}', getRversion(), engine,
  packageDescription(engine)$Version, basename(extSoftVersion()[["BLAS"]])
))

read_table <- function(folder) {
  columns <- read.delim(file.path(folder, "columns.tsv"), header = FALSE,
                        colClasses = "character", quote = "")
  read_column <- function(name, kind) {
    path <- file.path(folder, name)
    size <- file.info(path)$size
    if (kind == "whole") readBin(path, "integer", size / 4, size = 4, endian = "little")
    else if (kind == "number") readBin(path, "double", size / 8, endian = "little")
    else readLines(path, encoding = "UTF-8")
  }
  found <- mapply(read_column, columns$V1, columns$V3, SIMPLIFY = FALSE)
  names(found) <- columns$V2
  as.data.frame(found, check.names = FALSE)
}

clock <- function() as.numeric(Sys.time())

timed <- function() {
  start <- clock()
  fit <- suppressMessages(suppressWarnings(lmer(formula_, data = table_)))
  fitted <- clock()
  coef(summary(fit))
  c(fitted - start, clock() - start)
}

answer <- function() {
  fit <- suppressMessages(suppressWarnings(lmer(formula_, data = table_)))
  coefficients <- coef(summary(fit))
  parts <- as.data.frame(lme4::VarCorr(fit))
  parts <- parts[is.na(parts$var2) & (is.na(parts$var1) | parts$var1 == "(Intercept)"), ]
  df <- if ("df" %in% colnames(coefficients)) number(coefficients[, "df"]) else "null"
  variances <- sprintf("[%s, %.17g]", encodeString(parts$grp, quote = '"'), parts$vcov)
  sprintf(
    '{"criterion": %.17g, "evaluations": %d, "terms": %s, "estimates": %s, "df": %s, "variances": [%s]}',
    lme4::REMLcrit(fit), as.integer(fit@optinfo$feval), word(rownames(coefficients)),
    number(coefficients[, "Estimate"]), df, paste(variances, collapse = ", ")
  )
}

input <- file("stdin", open = "r")
while (length(line <- readLines(input, n = 1)) > 0) {
  words <- strsplit(line, "\t", fixed = TRUE)[[1]]
  if (words[1] == "load") {
    table_ <- read_table(words[2])
    formula_ <- as.formula(words[3])
    invisible(gc())
    reply("{}")
  } else if (words[1] == "time") {
    for (i in seq_len(as.integer(words[2]))) timed()
    seconds <- vapply(seq_len(as.integer(words[3])), function(i) number(timed()), "")
    reply(sprintf('{"seconds": [%s]}', paste(seconds, collapse = ", ")))
  } else {
    reply(answer())
  }
}
