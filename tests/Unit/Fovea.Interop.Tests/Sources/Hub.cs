using Fovea.Testing.Network;

namespace Fovea.Interop.Tests.Sources;

/// <summary>A server that answers as Hugging Face does: a file by repository, revision and path, small ones itself, large ones from another server.</summary>
internal sealed class Hub : IDisposable
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";
    private readonly FaultyServer _pages;
    private readonly FaultyServer _store;

    public Hub()
    {
        _store = new FaultyServer(Stored);
        _pages = new FaultyServer(Answer);
    }

    /// <summary>The files of <c>o/n</c> by their paths, which may be changed.</summary>
    public Dictionary<string, byte[]> Files { get; } = [];

    /// <summary>The commit that main is.</summary>
    public string Head { get; set; } = Commit;

    /// <summary>Files that are handed over to the store.</summary>
    public HashSet<string> Large { get; } = [];

    public Uri Address => _pages.Address;

    /// <summary>What the server of the repositories was asked.</summary>
    public IReadOnlyList<Asked> Requests => _pages.Requests;

    /// <summary>What the store was asked.</summary>
    public IReadOnlyList<Asked> StoreRequests => _store.Requests;

    /// <summary>The state of a file, as the server names it.</summary>
    public string Tag(string file) => $"\"{(Large.Contains(file) ? Fetching.Sha256(Files[file]) : Fetching.Sha256(Files[file])[..40])}\"";

    public void Dispose()
    {
        _pages.Dispose();
        _store.Dispose();
    }

    private Reply Answer(Asked asked)
    {
        string[] parts = asked.Path.Split('/', 6);
        if (parts is not ["", "o", "n", "resolve", var revision, var file])
        {
            return Reply.Empty(404) with { Headers = ["X-Error-Code: RepoNotFound"] };
        }

        if (revision != "main" && revision != Head)
        {
            return Reply.Empty(404) with { Headers = ["X-Error-Code: RevisionNotFound"] };
        }

        if (!Files.TryGetValue(file, out byte[]? body))
        {
            return Reply.Empty(404) with { Headers = ["X-Error-Code: EntryNotFound", $"X-Repo-Commit: {Head}"] };
        }

        string commit = $"X-Repo-Commit: {Head}";
        if (Large.Contains(file))
        {
            string[] linked = [commit, $"X-Linked-ETag: {Tag(file)}", $"X-Linked-Size: {body.Length}", $"Location: {_store.Address}{file}?Signature=secret"];
            return Reply.Empty(302) with { Headers = linked };
        }

        return asked["If-None-Match"] == Tag(file)
            ? Reply.Empty(304) with { Headers = [commit, $"ETag: {Tag(file)}"] }
            : Reply.Range(body, asked.From, commit, $"ETag: {Tag(file)}");
    }

    private Reply Stored(Asked asked) => Reply.Range(Files[asked.Path.Split('?')[0][1..]], asked.From, "ETag: \"of-the-store\"");
}
