// The documentation as a website: the guides, the pages of the mechanisms, the decisions, and the XML documentation of the compiled assemblies.
//   dotnet run -c Release --project tools/Fovea.Site
using System.Diagnostics;
using Fovea.Site;
using Fovea.Site.Links;

if (args.Length > 0)
{
    Console.Error.WriteLine($"Fovea.Site takes no arguments, got: {string.Join(' ', args)}. It writes artifacts/site/html.");
    return 2;
}

// …/tools/Fovea.Site/bin/Release/net10.0/ says which build of the assemblies goes with this program.
var bin = new DirectoryInfo(AppContext.BaseDirectory);
string root = bin.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;
string assemblies = Path.Combine(root, "src", "Fovea.Cli", "bin", bin.Parent.Name, bin.Name);
var watch = Stopwatch.StartNew();

IReadOnlyList<DeadLink> dead = MarkdownLinks.Check(root);
if (Failed("in the documents", dead))
{
    return 1;
}

var folder = new SiteFolder(Path.Combine(root, "artifacts", "site"));
folder.Stage(root, assemblies);
Navigation.Write(folder.Docs);
Console.WriteLine($"{Seconds()} pages and assemblies laid out");
if (!Docfx.Run(root, folder.Work))
{
    return 1;
}

Console.WriteLine($"{Seconds()} pages made");
HtmlLinks links = HtmlLinks.Check(folder.Html);
if (Failed("in the pages", links.Dead))
{
    return 1;
}

Console.WriteLine($"{Seconds()} {links.Pages} pages, {links.Count} links, none of them dead: {Path.Combine(folder.Html, "index.html")}");
return 0;

string Seconds() => FormattableString.Invariant($"{watch.Elapsed.TotalSeconds,5:F1} s");

static bool Failed(string where, IReadOnlyList<DeadLink> dead)
{
    foreach (DeadLink link in dead)
    {
        Console.Error.WriteLine(link);
    }

    if (dead.Count > 0)
    {
        Console.Error.WriteLine($"{dead.Count} dead links {where}");
    }

    return dead.Count > 0;
}
