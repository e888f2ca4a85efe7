using System.Security.Cryptography;
using Fovea.Serving.Http;

namespace Fovea.Studio.Stores;

/// <summary>
/// Things that are open, by names that cannot be guessed. When they become too many or too large, the least recently used go, and so do those that
/// nobody used for long: who still computes with one keeps it until then.
/// </summary>
/// <typeparam name="T">What is open.</typeparam>
/// <param name="what">What one of them is called, for messages.</param>
/// <param name="most">How many may be open.</param>
/// <param name="mostBytes">How large all may be together; a single one may be larger.</param>
/// <param name="clock">What the time is read from; null for the system's.</param>
internal sealed class BoundedStore<T>(string what, int most, long mostBytes, TimeProvider? clock = null)
    where T : class
{
    // What went is the garbage collector's; it learns of native memory only when it looks.
    private const long CollectEvery = 64L << 20;

    private readonly Lock _gate = new();
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly Dictionary<string, LinkedListNode<Entry>> _byId = [];
    private readonly LinkedList<Entry> _byUse = [];
    private long _gone;

    /// <summary>How many are open.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _byId.Count;
            }
        }
    }

    /// <summary>How large all are together.</summary>
    public long Bytes { get; private set; }

    /// <summary>The one that was opened or used last; null when there is none.</summary>
    public T? Newest
    {
        get
        {
            lock (_gate)
            {
                return _byUse.Last?.Value.Item;
            }
        }
    }

    /// <summary>Opens one, and closes others to make room.</summary>
    /// <returns>Its name.</returns>
    public string Add(T item, long bytes)
    {
        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        lock (_gate)
        {
            _byId[id] = _byUse.AddLast(new Entry(id, item, bytes) { Used = _clock.GetTimestamp() });
            Bytes += bytes;
            while (_byUse.Count > 1 && (_byUse.Count > most || Bytes > mostBytes))
            {
                Forget(_byUse.First!);
            }
        }

        Collect();
        return id;
    }

    /// <summary>One of them by its name.</summary>
    /// <exception cref="HttpProblem">There is none.</exception>
    public T Get(string id)
    {
        lock (_gate)
        {
            if (!_byId.TryGetValue(id, out LinkedListNode<Entry>? node))
            {
                throw HttpProblem.NotFound(what, id, "it may have been closed to make room for others. Open it again.");
            }

            _byUse.Remove(node);
            _byUse.AddLast(node);
            node.Value.Used = _clock.GetTimestamp();
            return node.Value.Item;
        }
    }

    /// <summary>Whether it is open.</summary>
    public bool Contains(T item)
    {
        lock (_gate)
        {
            return _byUse.Any(e => ReferenceEquals(e.Item, item));
        }
    }

    /// <summary>Closes those that something is true of.</summary>
    /// <returns>How many.</returns>
    public int Close(Func<string, T, bool> which) => CloseWhere(entry => which(entry.Id, entry.Item));

    /// <summary>Closes those that nobody used for a time.</summary>
    /// <returns>How many.</returns>
    public int CloseIdle(TimeSpan time) => CloseWhere(entry => _clock.GetElapsedTime(entry.Used) >= time);

    private int CloseWhere(Func<Entry, bool> which)
    {
        int closed = 0;
        lock (_gate)
        {
            foreach (LinkedListNode<Entry> node in _byId.Values.Where(n => which(n.Value)).ToArray())
            {
                Forget(node);
                closed++;
            }
        }

        Collect();
        return closed;
    }

    private void Forget(LinkedListNode<Entry> node)
    {
        _byId.Remove(node.Value.Id);
        _byUse.Remove(node);
        Bytes -= node.Value.Bytes;
        _gone += node.Value.Bytes;
    }

    private void Collect()
    {
        lock (_gate)
        {
            if (_gone < CollectEvery)
            {
                return;
            }

            _gone = 0;
        }

        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
    }

    private sealed class Entry(string id, T item, long bytes)
    {
        public string Id => id;

        public T Item => item;

        public long Bytes => bytes;

        /// <summary>When it was opened or used last.</summary>
        public long Used { get; set; }
    }
}
