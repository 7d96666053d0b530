return await TPWallet.Demo.Acts.DemoCommand.RunAsync(args);
