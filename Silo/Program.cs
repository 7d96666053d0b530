using TPWallet.Silo.Composition;

try
{
    var builder = WebApplication.CreateBuilder(args);
    var configuration = SiloConfiguration.Read(builder.Configuration);
    await using var journal = await SiloComposition.OpenJournalAsync(configuration, CancellationToken.None);
    builder.AddSilo(configuration, journal, SiloComposition.OpenSigner(configuration));
    await using var app = builder.Build();
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (e is SetUpException or TPWallet.Grains.Journal.JournalOwnedException)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 2;
}
