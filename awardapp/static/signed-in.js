// Tells the windows that wait with unsaved text that somebody is signed in again.

new BroadcastChannel("award-signed-in").postMessage("signed in");
