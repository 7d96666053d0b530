using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;

namespace TPWallet.Tests.Shell;

/// <summary>The ring of the newest commands, beside the journal that remembers all.</summary>
public sealed class CommandMemoryTests
{
    [Theory]
    [InlineData(1, true)]
    [InlineData(ShellLimits.RememberedCommands, true)]
    [InlineData(ShellLimits.RememberedCommands + 1, false)]
    [InlineData((3 * ShellLimits.RememberedCommands) + 7, false)]
    public void Remember_Many_KeepsTheNewest(int count, bool complete)
    {
        var memory = new CommandMemory();
        var all = Enumerable.Range(1, count).Select(Numbered).ToArray();
        foreach (var command in all) memory.Remember(command);
        var newest = all.TakeLast(ShellLimits.RememberedCommands).ToArray();
        all.Where(command => memory.Find(command.Id) is not null).Should().Equal(newest);
        newest.Should().OnlyContain(command => memory.Find(command.Id)!.Value.Reply == command.Reply);
        memory.IsComplete.Should().Be(complete);
    }

    [Fact]
    public void Remember_Again_ChangesNeitherAnswerNorAge()
    {
        var memory = new CommandMemory();
        memory.Remember(Numbered(1));
        for (var i = 2; i <= ShellLimits.RememberedCommands; i++) memory.Remember(Numbered(i));
        memory.Remember(Numbered(1) with { Reply = Numbered(2).Reply });
        memory.Find(Numbered(1).Id)!.Value.Reply.Should().Be(Numbered(1).Reply);
        memory.IsComplete.Should().BeTrue();
        memory.Remember(Numbered(99));
        memory.Find(Numbered(1).Id).Should().BeNull("it is the oldest still");
    }

    [Fact]
    public void Find_OfEveryKindOfAnswer_IsWhatWasRemembered()
    {
        var memory = new CommandMemory();
        RememberedCommand[] all =
        [
            Numbered(1) with { Reply = new CommandReply.Refused(new(RejectionCode.Overloaded, "a", "b")) },
            Numbered(2) with { Reply = new CommandReply.Accepted(7, ["One", "Two"]) },
            Numbered(3),
        ];
        foreach (var command in all) memory.Remember(command);
        all.Select(command => memory.Find(command.Id)).Should().Equal(all.Cast<RememberedCommand?>());
    }

    private static RememberedCommand Numbered(int number) =>
        new(new Guid(number, 0, 0, new byte[8]), new Bytes32((ulong)number), new CommandReply.Accepted(number, []));
}
