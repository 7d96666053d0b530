using Spectre.Console;
using TPWallet.Benchmarks;
using TPWallet.Benchmarks.Crypto;
using TPWallet.Benchmarks.Journal;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};

IBenchmark[] benchmarks = [new CryptoBenchmark(), new JournalBenchmark()];
return await new BenchRunner(benchmarks, BenchRunner.FindRoot(), AnsiConsole.Console).RunAsync(args, stop.Token);
