using Spectre.Console;
using TPWallet.Benchmarks;
using TPWallet.Benchmarks.Crypto;
using TPWallet.Benchmarks.Journal;
using TPWallet.Benchmarks.Runtime;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};

IBenchmark[] benchmarks = [new CryptoBenchmark(), new JournalBenchmark(), new RuntimeBenchmark()];
return await new BenchRunner(benchmarks, BenchRunner.FindRoot(), AnsiConsole.Console).RunAsync(args, stop.Token);
