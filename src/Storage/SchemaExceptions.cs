using MarketManager.Kernel;

namespace MarketManager.Storage;

/// <summary>The database has a migration that this version of the program does not know.</summary>
/// <param name="database">The file, or the database.</param>
/// <param name="migration">The newest migration in it.</param>
/// <param name="known">The newest migration this program knows.</param>
public sealed class SchemaTooNewException(string database, string migration, string known) : StoreException(
    $"'{database}' was written by a newer version: it has migration '{migration}', this version ends at '{known}'; use the newer version")
{
    /// <summary>The newest migration in the database.</summary>
    public string Migration { get; } = migration;
}

/// <summary>A migration that was applied is not the one that this program has under its number.</summary>
/// <param name="database">The file, or the database.</param>
/// <param name="migration">Which.</param>
public sealed class MigrationChangedException(string database, string migration) : StoreException(
    $"'{database}' was built by another form of migration '{migration}' than this version has; use the version that wrote it, or restore a backup")
{
    /// <summary>The migration that differs.</summary>
    public string Migration { get; } = migration;
}
