using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Gateway;

/// <summary>What answers for channels, invoices and payments.</summary>
internal sealed partial class FakeCluster
{
    private sealed class InvoiceGrain(FakeCluster cluster, string key) : IInvoiceGrain
    {
        public Task<CommandReply> Submit(InvoiceCommand command) => cluster.Take(key, command);

        public Task<InvoiceView?> Read() => Task.FromResult(cluster.Invoice());

        public Task<InvoiceView?> ReadAfter(long version) => Read();

        public Task<Instant?> Wake(int attempts) => throw new NotSupportedException();
    }

    private sealed class PaymentGrain(FakeCluster cluster, string key) : IPaymentGrain
    {
        public Task<CommandReply> Submit(PaymentCommand command) => cluster.Take(key, command);

        public Task<PaymentView?> Read() => Task.FromResult(cluster.Payment());

        public Task<PaymentView?> ReadAfter(long version) => Read();

        public Task<Instant?> Wake(int attempts) => throw new NotSupportedException();
    }

    private sealed class CoinChannelGrain(FakeCluster cluster, string key) : ICoinChannelGrain
    {
        public Task<CommandReply> Submit(CoinCommand command) => cluster.Take(key, command);

        public Task<CoinChannelView?> Read() => Task.FromResult(cluster.CoinChannel());

        public Task<UpdateStanding> Follow(Guid update) => Task.FromResult<UpdateStanding>(new UpdateStanding.Waiting());

        public Task<Instant?> Wake(int attempts) => throw new NotSupportedException();
    }

    private sealed class ChannelGrain(FakeCluster cluster, string key) : IChannelGrain
    {
        public Task<CommandReply> Submit(ChannelCommand command) => cluster.Take(key, command);

        public Task<ChannelView?> Read() => Task.FromResult(cluster.Channel());

        public Task<ChannelLedgerView?> ReadLedger() => Task.FromResult(cluster.Channel() is { } view ? new ChannelLedgerView(view.Ref, 0, [], [], 0, null, []) : null);

        public Task<UpdateStanding> Follow(Guid update) => Task.FromResult<UpdateStanding>(new UpdateStanding.Waiting());

        public Task<Instant?> Wake(int attempts) => throw new NotSupportedException();
    }

    private sealed class KeyBooksGrain(FakeCluster cluster, string key) : IKeyBooksGrain
    {
        public Task<CommandReply> Submit(KeyBooksCommand command) => cluster.Take(key, command);

        public Task<KeyBooksView?> Read()
        {
            var of = KeyBooksRef.Parse(key);
            return Task.FromResult<KeyBooksView?>(new(of, of.Token, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, [], []));
        }

        public Task<Instant?> Wake(int attempts) => throw new NotSupportedException();
    }
}
