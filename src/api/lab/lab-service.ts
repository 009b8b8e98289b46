/** The names these routes go by: clients of the system they come from compare them, so they are not the product's. */
export const LAB_SERVICE = { name: 'persona-lab', version: '0.1.0' } as const;
