# Inference in lme4 and RLRsim, timed: Rscript inference.R <csv> <replicates> <rounds>.
# One line a task and round: reply {"task": ..., "program": ..., "seconds": ..., "answer": [...]}.

arguments <- commandArgs(trailingOnly = TRUE)
table_ <- read.csv(arguments[1])
replicates <- as.integer(arguments[2])
rounds <- as.integer(arguments[3])

reply <- function(text) {
  writeLines(paste("reply", text))
  flush(stdout())
}
missing_ <- function(task, program) {
  reply(sprintf('{"task": "%s", "program": "%s", "missing": "the R package %s is not installed"}',
                task, program, program))
}
has <- function(name) requireNamespace(name, quietly = TRUE)
quiet <- function(code) suppressMessages(suppressWarnings(code))
clock <- function() as.numeric(Sys.time())

run <- function(task, program, times, code) {
  for (number in seq_len(times)) {
    start <- clock()
    found <- quiet(code())
    seconds <- clock() - start
    values <- paste(formatC(as.numeric(found), digits = 12, format = "g"), collapse = ", ")
    reply(sprintf('{"task": "%s", "program": "%s", "seconds": %.9g, "answer": [%s]}',
                  task, program, seconds, values))
  }
}

if (!has("lme4")) {
  for (task in c("profile", "bootstrap", "leave one group out", "repeats")) missing_(task, "lme4")
  missing_("exact test", "RLRsim")
  quit(status = 0)
}
library(lme4, quietly = TRUE)
reply(sprintf('{"versions": {"R": "%s", "lme4": "%s", "RLRsim": "%s"}}', getRversion(),
              packageDescription("lme4")$Version,
              if (has("RLRsim")) packageDescription("RLRsim")$Version else "missing"))
nested <- lmer(mathkind ~ ses + (1 | schoolid/classid), table_)
school <- lmer(mathkind ~ ses + (1 | schoolid), table_)
classes <- lmer(mathkind ~ ses + (1 | schoolid:classid), table_)

run("profile", "lme4", rounds, function() {
  ends <- confint(nested, method = "profile")
  ends[c(2, 1, 3, 4, 5), ]
})
run("bootstrap", "lme4", 1, function() {
  spread <- bootMer(nested, fixef, nsim = replicates, seed = 1)
  apply(spread$t, 2, sd)
})
if (has("RLRsim")) {
  run("exact test", "RLRsim", rounds, function() {
    set.seed(1)
    RLRsim::exactRLRT(classes, nested, school, nsim = 10000)$p.value
  })
} else missing_("exact test", "RLRsim")
run("leave one group out", "lme4", 1, function() {
  left <- influence(school, groups = "schoolid")
  sort(cooks.distance(left), decreasing = TRUE)[1:3]
})

# The experiment of the simulation page on 20 repeats: predictors and groups stay, the outcome is
# drawn anew and estimated pooled (naive and cluster-robust), unpooled and mixed. Scaled to all.
design <- read.csv(file.path(dirname(arguments[1]), "design.csv"))
few <- 20
set.seed(1)
start <- clock()
errors <- quiet(replicate(few, {
  design$y <- 466 + 8 * design$x + 17.4 * rnorm(max(design$school))[design$school] +
    4.5 * rnorm(max(design$class))[design$class] + 36 * rnorm(nrow(design))
  pooled <- lm(y ~ x + w_school + w_class, design)
  summary(pooled)
  x <- model.matrix(pooled)
  scores <- rowsum(x * residuals(pooled), design$school)
  bread <- solve(crossprod(x))
  sqrt(diag(bread %*% crossprod(scores) %*% bread))
  summary(lm(y ~ x + factor(class), design))
  mixed <- lmer(y ~ x + w_school + w_class + (1 | school/class), design)
  coef(summary(mixed))[c("x", "w_school"), "Std. Error"]
}))
seconds <- (clock() - start) * replicates / few
values <- paste(formatC(rowMeans(errors), digits = 12, format = "g"), collapse = ", ")
reply(sprintf('{"task": "repeats", "program": "lme4", "seconds": %.9g, "answer": [%s]}',
              seconds, values))
