export const addReplay = () => {};
