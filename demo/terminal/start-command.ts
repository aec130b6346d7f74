/** What starts the demo: `npm start` in a clone, another command where it is a part of the package. */
export const startCommand = process.env['START_COMMAND'] ?? 'npm start'
