export const addBench = () => {};
