using TPWallet.Chains.Bitcoin;
using TPWallet.Domain.Chains.Tracking;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Domain.Tracking;

/// <summary>Unconfirmed payments to own addresses, and whoever takes their place.</summary>
public sealed class PendingPaymentsTests
{
    private static readonly Address Payer = People.AddressOf("payer");
    private static readonly AccountId Account = new(new Bytes32(7));

    [Fact]
    public void ReplacedBy_AnotherOfItsNonce_IsToldOnceAndForgotten()
    {
        var pending = PendingPayments.Empty.With(Ether(1, nonce: 7), [Account]).With(Ether(2, nonce: 8), [Account]);
        pending.ReplacedBy(Ether(1, nonce: 7)).Replaced.Should().BeEmpty("it is the payment itself");
        var (replaced, left) = pending.ReplacedBy(Ether(3, nonce: 7));
        replaced.Should().ContainSingle().Which.Should().Match<(Bytes32 Payment, ImmutableArray<AccountId> Accounts)>(one => one.Payment == Hash(1) && one.Accounts.Single() == Account);
        left.ReplacedBy(Ether(4, nonce: 7)).Replaced.Should().BeEmpty();
        left.ReplacedBy(Ether(4, nonce: 8)).Replaced.Select(static one => one.Payment).Should().Equal(Hash(2));
    }

    [Fact]
    public void ReplacedBy_ATransactionThatSpendsOneOfItsOutputs_IsTold()
    {
        var pending = PendingPayments.Empty.With(Coins(1, 10, 11), [Account]).With(Coins(2, 12), [Account]).With(Coins(3), [Account]);
        pending.ReplacedBy(Coins(4, 11, 12)).Replaced.Select(static one => one.Payment).Should().BeEquivalentTo([Hash(1), Hash(2)]);
        pending.ByHash.Should().NotContainKey(Hash(3), "nothing can replace one that spends nothing");
    }

    /// <summary>Anybody may fill a pool with payments to us: memory has its bound, and the newest are kept.</summary>
    [Fact]
    public void With_MoreThanAreKept_ForgetsTheOldest()
    {
        var pending = PendingPayments.Empty;
        const int more = 100;
        for (var i = 0; i < PendingPayments.MaxKept + more; i++)
        {
            pending = pending.With(Ether((ulong)i, (ulong)i), [Account]);
            if (i % 3 == 0) pending = pending.ReplacedBy(Ether(1_000_000 + (ulong)i, (ulong)i)).Left.With(Ether((ulong)i, (ulong)i), [Account]);
        }

        pending.ByHash.Should().HaveCount(PendingPayments.MaxKept);
        pending.Index.ByNonce.Should().HaveCount(PendingPayments.MaxKept);
        pending.ReplacedBy(Ether(9_000_000, PendingPayments.MaxKept + more - 1)).Replaced.Should().ContainSingle();
        pending.ReplacedBy(Ether(9_000_000, 0)).Replaced.Should().BeEmpty();
    }

    private static Bytes32 Hash(ulong number) => new(number);

    private static MinedTransaction Ether(ulong hash, ulong nonce) => new(new Inclusion(People.Chain, Hash(hash), default, true, UInt256.Zero), Payer, nonce, []);

    private static MinedTransaction Coins(ulong hash, params ulong[] spends) => new(new Inclusion(BitcoinChain.Regtest.Id, Hash(hash), default, true, UInt256.Zero), default, 0, [])
    {
        Spends = [.. spends.Select(static one => new SpentOutput(new Bytes32(one), 0))],
    };
}
