using Spectre.Console;
using TPWallet.Benchmarks;
using TPWallet.Benchmarks.Crypto;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};

IBenchmark[] benchmarks = [new CryptoBenchmark()];
return await new BenchRunner(benchmarks, BenchRunner.FindRoot(), AnsiConsole.Console).RunAsync(args, stop.Token);
