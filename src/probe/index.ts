export type {
  BodyFormat,
  ExpectationResult,
  Gaps,
  HeaderList,
  Measurement,
  ProbedBlock,
  ProbedConnection,
  ProbedEnding,
  ProbedHead,
  ProbedTimes,
  ProbeOptions,
  ProbeReport,
  Verdict,
  VerdictKind,
} from './measurement.ts'
export { probe } from './probe.ts'
export { formatHtmlReport, formatThroughHtml } from './report/page/html-report.ts'
export type { Advice } from './through/advise.ts'
export { type Comparison, type ComparisonKind, compareReports } from './through/compare-reports.ts'
export { probeThrough, type Side, type ThroughOptions, type ThroughReport } from './through/probe-through.ts'
export { type RecognisedServer, recogniseServers, type ServerKind } from './through/recognise-servers.ts'
export { type Setting, settings, type Trouble } from './through/settings.ts'
export { compareExpectation } from './verdict/compare-expectation.ts'
export { judge } from './verdict/judge.ts'
export { type Expectation, parseExpectations } from './verdict/parse-expectation.ts'
