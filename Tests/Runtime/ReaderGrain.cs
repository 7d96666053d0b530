using Orleans;
using Orleans.Runtime;
using Orleans.Streams;

namespace TPWallet.Tests.Runtime;

public interface IReaderGrain : IGrainWithStringKey
{
    Task Follow();

    Task Send(int item);

    Task Work();
}

/// <summary>Reads and writes the stream of <see cref="StreamTests"/>.</summary>
internal sealed class ReaderGrain(Notes notes) : Grain, IReaderGrain
{
    private IAsyncStream<int> Stream => this.GetStreamProvider("memory").GetStream<int>(StreamId.Create("news", "one"));

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (this.GetPrimaryKeyString() != "stillborn")
            return;
        await Follow();
        await notes.Door("birth").Task;
        throw new FormatException("stillborn");
    }

    public async Task Follow() => await Stream.SubscribeAsync(async (item, _) =>
    {
        notes.Add($"{this.GetPrimaryKeyString()} takes {item}");
        if (this.GetPrimaryKeyString() == "stuck")
            await notes.Door("never").Task;
    });

    public Task Send(int item) => Stream.OnNextAsync(item);

    public Task Work() => notes.Door("work").Task;
}
