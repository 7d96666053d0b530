using System.Reflection;
using Orleans;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Effects;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Channels;

namespace TPWallet.Tests.Domain.KeyBooks;

/// <summary>What a side's look tells its key's books.</summary>
public sealed class KeyBooksNoteTests
{
    private static readonly Effect.LookAtChannel _look =
        new(ChannelParty.OpeningOf(ChannelSide.A), ChannelSide.A, true, null, [], null) { Figures = new(10, 5, 7, false) };

    /// <summary>Books that cannot be loaded, or do not answer, keep no side from looking: it might have to answer a stale close.</summary>
    [Fact]
    public void BooksThatFail_OrNeverAnswer_HoldUpNoLook()
    {
        var asked = 0;
        Task<CommandReply> Fails()
        {
            asked++;
            return Task.FromException<CommandReply>(new IOException("The stream cannot be read."));
        }

        KeyBooksRunner.Note(Factory(Fails), _look, new(ChannelParty.Id, ChannelSide.A));
        KeyBooksRunner.Note(Factory(new TaskCompletionSource<CommandReply>().Task.WaitAsync), _look, new(ChannelParty.Id, ChannelSide.A));
        KeyBooksRunner.Note(Factory(Fails), _look with { Figures = null }, new(ChannelParty.Id, ChannelSide.A));
        asked.Should().Be(1, "a side without figures says nothing");
    }

    private static IGrainFactory Factory(Func<Task<CommandReply>> submit)
    {
        var factory = DispatchProxy.Create<IGrainFactory, OneGrainFactory>();
        ((OneGrainFactory)factory).Grain = new Books(submit);
        return factory;
    }

    private static IGrainFactory Factory(Func<CancellationToken, Task<CommandReply>> submit) => Factory(() => submit(CancellationToken.None));

    /// <summary>Knows one grain.</summary>
    public class OneGrainFactory : DispatchProxy
    {
        public object Grain { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Grain;
    }

    private sealed class Books(Func<Task<CommandReply>> submit) : IKeyBooksGrain
    {
        public Task<CommandReply> Submit(KeyBooksCommand command) => submit();

        public Task<KeyBooksView?> Read() => throw new NotSupportedException();

        public Task<Instant?> Wake(int attempts) => throw new NotSupportedException();
    }
}
