// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ChannelHashes} from "./ChannelHashes.sol";
import {Signature} from "./ChannelTypes.sol";

/// @title The tokens of all channels: the one way in and the one way out
/// @notice Per token: what the contract owes (channels' funds and parties' credits together). Per party and token: what it may pull. A party
/// pulls its credit to an address that it names, so nobody waits for another's payment.
/// @dev Threats and what stands against them.
/// - A token that takes a fee, now or later: what came in and what left is measured; the payer of a deposit and the puller of a credit bear it.
/// - A token that answers false or nothing: SafeERC20. One that answers true and moves nothing: the measured amount, both ways.
/// - A token that calls back: all that calls a token is under one guard, and writes a payment down before it makes it.
/// - A token whose balances shrink (rebase, seizure): it cannot touch another token's books; no deposit is taken while it is short, and
///   what is left goes to who pulls first. A surplus belongs to nobody and stays.
/// - A blacklisted payee: it names another address. A token that blacklists this contract: nothing helps; credits stay and are paid when it ends.
/// - The owner: it allows and disallows tokens and pauses, which stops deposits only. No money and no running channel depends on it.
abstract contract Books is EIP712, Ownable2Step, Pausable, ReentrancyGuardTransient {
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    /// @dev Two slots. `owed` is in the first, since each deposit and payment writes it.
    struct Token {
        bool allowed;
        bool known;
        uint128 owed;
        uint128 lockFloor;
        uint128 trimCap;
    }

    /// @dev What a party may pull, and how often it did: the second makes a signed order good for one time.
    struct Account {
        uint128 credit;
        uint64 pulls;
    }

    /// @notice How many channels were ever opened.
    /// @dev Here because it shares its slot with the pause, which open reads as well.
    uint64 public opened;

    mapping(address token => Token entry) private _tokens;
    mapping(address party => mapping(address token => Account account)) private _accounts;

    /// @notice Deposits of the token are taken from now on.
    /// @param token The token.
    /// @param lockFloor Its terms, see allow.
    /// @param trimCap Its terms, see allow.
    event TokenAllowed(address indexed token, uint128 lockFloor, uint128 trimCap);

    /// @notice Deposits of the token are refused from now on. Nothing else changes for it.
    /// @param token The token.
    event TokenDisallowed(address indexed token);

    /// @notice A party's credit rose.
    /// @param party Whose.
    /// @param token In which token.
    /// @param amount By how much.
    event Credited(address indexed party, address indexed token, uint128 amount);

    /// @notice A party's credit was paid out.
    /// @param party Whose.
    /// @param token In which token.
    /// @param to Where to.
    /// @param taken What left the contract, a fee on top of the amount included.
    event Pulled(address indexed party, address indexed token, address to, uint128 taken);

    /// @notice The token is not on the list.
    error TokenNotAllowed(address token);

    /// @notice A token's terms were fixed when it was first allowed.
    error TermsFixed(uint128 lockFloor, uint128 trimCap);

    /// @notice No base unit of the token arrived.
    error NothingReceived(address token);

    /// @notice The token's balance here is below what is owed in it.
    error TokenShort(address token, uint256 balance, uint256 owed);

    /// @notice The token moved less than it was told to, and did not say so.
    error TokenKept(address token, uint256 amount, uint256 taken);

    /// @notice The credit is below what would leave.
    error CreditShort(uint256 credit, uint256 needed);

    /// @notice The signed message was good until an earlier second.
    error Expired(uint64 expiry, uint256 time);

    /// @notice A message was signed by another key, or is another message.
    error WrongSigner(address expected, address actual);

    /// @notice Puts a token on the list. Its terms are fixed for ever at the first time, so that no signed state can lose its validity.
    /// @param token The token.
    /// @param lockFloor A lock below it pays its offerer: it is worth less than its claim at the fee cap. Base units.
    /// @param trimCap The most that the trimmed locks of a state may sum to. Base units.
    function allow(address token, uint128 lockFloor, uint128 trimCap) external onlyOwner {
        Token storage entry = _tokens[token];
        if (entry.known && (entry.lockFloor != lockFloor || entry.trimCap != trimCap)) revert TermsFixed(entry.lockFloor, entry.trimCap);
        (entry.allowed, entry.known, entry.lockFloor, entry.trimCap) = (true, true, lockFloor, trimCap);
        emit TokenAllowed(token, lockFloor, trimCap);
    }

    /// @notice Takes a token from the list: no more deposits in it.
    /// @param token The token.
    function disallow(address token) external onlyOwner {
        _tokens[token].allowed = false;
        emit TokenDisallowed(token);
    }

    /// @notice Stops opening and topping up. Closing, challenging, settling, withdrawing and pulling go on.
    function pause() external onlyOwner {
        _pause();
    }

    /// @notice Ends the pause.
    function unpause() external onlyOwner {
        _unpause();
    }

    /// @notice Pays out of a party's credit. The party calls it, or anybody brings its signed order (EIP-712 type Pull).
    /// @param party Whose credit.
    /// @param token In which token.
    /// @param to Any address but this contract.
    /// @param amount What the token is told to move, in base units. A fee that the token takes on top is debited too.
    /// @param expiry Last second at which the order is good; not read when the party itself calls.
    /// @param signature The party's; not read when the party itself calls.
    function pull(address party, address token, address to, uint128 amount, uint64 expiry, Signature calldata signature)
        external
        nonReentrant
    {
        Account storage account = _accounts[party][token];
        (uint128 credit, uint64 pulls) = (account.credit, account.pulls);
        if (msg.sender != party) {
            _requireTime(expiry);
            _requireSigner(party, _hashTypedDataV4(ChannelHashes.pull(token, to, amount, pulls, expiry)), signature);
        }
        if (amount > credit) revert CreditShort(credit, amount);
        (account.credit, account.pulls) = (credit - amount, pulls + 1);

        uint256 before = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransfer(to, amount);
        uint256 left = IERC20(token).balanceOf(address(this));
        uint256 taken = before > left ? before - left : 0;
        if (taken < amount) revert TokenKept(token, amount, taken);
        if (taken > credit) revert CreditShort(credit, taken);
        uint128 debit = taken.toUint128();
        if (debit != amount) account.credit = credit - debit;
        _tokens[token].owed -= debit;
        emit Pulled(party, token, to, debit);
    }

    /// @notice What the books say of a token.
    /// @param token The token.
    /// @return allowed Whether it is on the list.
    /// @return owed Channels' funds and parties' credits together.
    /// @return lockFloor Its terms, see allow.
    /// @return trimCap Its terms, see allow.
    function tokens(address token) external view returns (bool allowed, uint128 owed, uint128 lockFloor, uint128 trimCap) {
        Token storage entry = _tokens[token];
        return (entry.allowed, entry.owed, entry.lockFloor, entry.trimCap);
    }

    /// @notice What a party may pull of a token.
    /// @param party The party.
    /// @param token The token.
    /// @return credit Base units.
    /// @return pulls How often it has pulled.
    function accounts(address party, address token) external view returns (uint128 credit, uint64 pulls) {
        Account storage account = _accounts[party][token];
        return (account.credit, account.pulls);
    }

    /// @dev Takes a deposit from the caller and returns what arrived, at most the amount asked for. The caller of this is under the guard.
    function _take(address token, uint120 amount) internal returns (uint120 received) {
        Token storage entry = _tokens[token];
        if (!entry.allowed) revert TokenNotAllowed(token);
        uint256 before = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
        uint256 balance = IERC20(token).balanceOf(address(this));
        if (balance <= before || amount == 0) revert NothingReceived(token);
        received = Math.min(balance - before, amount).toUint120();
        uint128 owed = entry.owed + received;
        if (balance < owed) revert TokenShort(token, balance, owed);
        entry.owed = owed;
    }

    function _credit(address party, address token, uint256 amount) internal {
        if (amount == 0) return;
        // Neither overflows: all credits of a token are part of what is owed in it, a uint128.
        uint128 added = amount.toUint128();
        _accounts[party][token].credit += added;
        emit Credited(party, token, added);
    }

    function _lockFloor(address token) internal view returns (uint128) {
        return _tokens[token].lockFloor;
    }

    function _trimCap(address token) internal view returns (uint128) {
        return _tokens[token].trimCap;
    }

    function _requireTime(uint64 expiry) internal view {
        if (block.timestamp > expiry) revert Expired(expiry, block.timestamp);
    }

    function _requireSigner(address expected, bytes32 digest, Signature calldata signature) internal pure {
        (address actual,,) = ECDSA.tryRecover(digest, signature.r, signature.vs);
        if (actual != expected) revert WrongSigner(expected, actual);
    }
}
