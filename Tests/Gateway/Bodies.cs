using System.Text.Json;
using System.Text.Json.Nodes;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Gateway;

/// <summary>Valid bodies and views to start from.</summary>
internal static class Bodies
{
    public static readonly Genesis Genesis = People.StandardGenesis;

    public static readonly AccountId Account = Canonical.AccountId(Genesis);

    public static readonly PacketContent Packet = People.Packet(Account, "rent", People.Transfer("pay", 7));

    public static string Path => $"/v1/accounts/{Account}/packets/rent";

    public static string Cancel(string reason = "no longer wanted") => new JsonObject { ["reason"] = reason }.ToJsonString();

    public static string Of(ICommand command)
    {
        var node = (JsonObject)JsonSerializer.SerializeToNode(command, ContractJson.Default.GetTypeInfo(command.GetType())!)!;
        node.Remove("commandId");
        return node.ToJsonString();
    }

    public static string Draft => Of(new PacketCommand.Draft(Guid.Empty, Packet));

    public static string Register => Of(new AccountCommand.Register(Guid.Empty, Genesis, People.Prove(Genesis, People.All)));

    public static AccountView View(long version) => new(
        Account, version, Bytes32.Zero, false, 0, new Roster(1, Genesis.Members), Genesis.Policy, Canonical.Hash(new Roster(1, Genesis.Members)),
        Canonical.Hash(Genesis.Policy), [], [], [], [], 0);

    /// <summary>A packet that waits for votes, as an honest silo shows it.</summary>
    public static PacketView PacketView(long version = 3)
    {
        var bounds = Bounds.Normalise(new(
            [new(People.Chain, People.AddressOf("hot"), [new(People.Eth, 7)], [])], [], [], []));
        var view = View(version);
        var assessment = new Assessment(
            Verdict.NeedsVotes, People.TwoOfThree, Span.Zero, false, [], [], null, [], null, Genesis.Deployment, view.Roster, 1, view.PolicyHash,
            view.RosterHash);
        return new(Packet.Ref, version, "open", Packet, Canonical.Hash(Packet), bounds, Bounds.Digest(bounds), assessment, [], [], null);
    }
}
