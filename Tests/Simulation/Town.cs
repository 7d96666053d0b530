using System.Collections.Immutable;
using TPWallet.Chains.Ethereum;
using TPWallet.Crypto;
using TPWallet.Grains.Effects;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Simulation;

/// <summary>Who lives in a simulated world: some accounts, a shop, somebody outside who pays in, and somebody who does not exist.</summary>
internal sealed class Town
{
    private static readonly PrivateKey _payerKey = PrivateKey.From(System.Security.Cryptography.SHA256.HashData("tpw.simulation.payer"u8));

    private readonly World _world;
    private static readonly PrivateKey _taintedKey = PrivateKey.From(System.Security.Cryptography.SHA256.HashData("tpw.simulation.tainted"u8));

    private readonly ulong[] _payments = new ulong[2];
    private int _names;

    public Town(World world, Chance chance)
    {
        _world = world;
        Teams = [.. Enumerable.Range(0, chance.Between(3, 4)).Select(i => new Team($"{world.Seed}/{i}", chance))];
        Nobody = new AccountId(Bytes32.From(Keccak256.Hash(BitConverter.GetBytes(world.Seed))));
        Payer = EthereumAddress.FromPublicKey(Secp256k1.CreatePublicKey(_payerKey, compressed: false));
        world.Chain.Endow(Payer, People.Ether * 1_000_000, 1_000_000_000_000);
        world.Chain.Endow(Tainted, People.Ether * 1_000_000, 1_000_000_000_000);
    }

    public ImmutableArray<Team> Teams { get; }

    public AccountId Nobody { get; }

    public Address Shop { get; } = People.AddressOf("shop");

    /// <summary>Who stands on the operator's watch list: what goes there is held until two reviewers release it.</summary>
    public static Address Watched { get; } = People.AddressOf("watched");

    /// <summary>Somebody else on that list, who pays in: what he pays is held until two reviewers release it.</summary>
    public static Address Tainted { get; } = EthereumAddress.FromPublicKey(Secp256k1.CreatePublicKey(_taintedKey, compressed: false));

    /// <summary>Scores are enforced; without reference amounts little but the list is in anybody's way.</summary>
    public static RiskSettings Risk { get; } = RiskSettings.Default with
    {
        Mode = RiskMode.Enforced,
        Lists = [new("own", 1, ListKind.Watch, new(4_102_444_800_000), new HashSet<string>(StringComparer.Ordinal) { Watched.Value, Tainted.Value })],
    };

    public Address Payer { get; }

    /// <summary>A number that no other client of this world gets.</summary>
    public int Next() => ++_names;

    /// <summary>Somebody outside pays an address in coin, and in tokens if an amount is given.</summary>
    public void PayIn(Address to, UInt256 wei, UInt256 tokens, bool tainted = false)
    {
        Send(to, wei, HexBytes.Empty, tainted);
        if (!tokens.IsZero) Send(ModelMachine.Token, UInt256.Zero, TokenCalls.Erc20Transfer(to, tokens), tainted);
    }

    private void Send(Address to, UInt256 wei, HexBytes data, bool tainted)
    {
        // Priced above every spike: this payer is not what is being tried.
        UInt256 cap = 500_000_000_000;
        var body = new EthereumTransaction.DynamicFee(
            People.Chain.EvmNumber, _payments[tainted ? 1 : 0]++, 1_000_000_000, cap, data.Length == 0 ? ModelMachine.TransferGas : 60_000, to, wei, data, []);
        _world.Chain.Take(ModelTransaction.Read(body.Sign(tainted ? _taintedKey : _payerKey).Encode())!);
    }
}
