namespace TPWallet.Tests.Domain;

/// <summary>
/// A machine's whole behaviour as a text: one block per state, one line per command with what comes of it. The file is documentation and is
/// compared as a whole; TPW_WRITE_GOLDEN=1 writes it anew, so that a change of behaviour is seen in review.
/// </summary>
internal static class OutcomeTable
{
    internal static void ShouldBe(string file, IEnumerable<(string State, IEnumerable<(string Command, string Outcome)> Rows)> table)
    {
        var text = string.Concat(table.Select(block =>
            $"{block.State}\n{string.Concat(block.Rows.Select(row => $"  {row.Command,-28} {row.Outcome}\n"))}\n")).TrimEnd() + "\n";
        var path = Path.Combine(Repository.Root, file);
        if (Environment.GetEnvironmentVariable("TPW_WRITE_GOLDEN") == "1") File.WriteAllText(path, text);
        text.Should().Be(Repository.Read(file), "{0} is what the machine does", file);
    }
}
