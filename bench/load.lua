-- Prints what wrk has counted as one line of JSON: its own report is rounded.
function done(summary)
  local errors = summary.errors
  io.write(string.format(
    '\nSUMMARY {"requests":%d,"bytes":%.0f,"microseconds":%.0f,"errors":%d,"statusErrors":%d}\n',
    summary.requests, summary.bytes, summary.duration,
    errors.connect + errors.read + errors.write + errors.timeout, errors.status))
end
