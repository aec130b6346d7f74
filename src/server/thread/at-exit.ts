// One listener for the end of the process, whatever the number of servers.
const tasks = new Set<() => void>()

/** Runs a task when the process ends; gives what takes it back. */
export function atExit(task: () => void): () => void {
  if (tasks.size === 0) process.on('exit', runTasks)
  tasks.add(task)
  return () => {
    tasks.delete(task)
    if (tasks.size === 0) process.off('exit', runTasks)
  }
}

function runTasks(): void {
  for (const task of tasks) task()
}
