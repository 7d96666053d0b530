namespace TPWallet.Tests.Runtime;

/// <summary>What grains write down for the test to read.</summary>
internal sealed class Notes
{
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private readonly Dictionary<string, TaskCompletionSource> _doors = [];
    private bool _waiting;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
                return [.. _lines];
        }
    }

    public void Add(string line)
    {
        lock (_gate)
        {
            _lines.Add(line);
            if (!_waiting)
                return;
            _waiting = false;
            _changed.TrySetResult();
        }
    }

    /// <summary>Until the line has been written. For runs in real time: a simulated run settles instead.</summary>
    public async Task Until(string line)
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_lines.Contains(line))
                    return;
                if (!_waiting)
                    _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting = true;
                changed = _changed.Task;
            }
            try
            {
                await changed.WaitAsync(bound.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"\"{line}\" was not written; what was: {string.Join(", ", Lines)}");
            }
        }
    }

    /// <summary>A door that is shut until the test opens it.</summary>
    public TaskCompletionSource Door(string name)
    {
        lock (_gate)
            return _doors.TryGetValue(name, out var door) ? door : _doors[name] = new TaskCompletionSource();
    }

    public void Open(string name) => Door(name).TrySetResult();
}
